package learnflow;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;

/** Loads the compiled classes afresh, so that no static field outlives its case; calls of System.exit come to Run. */
final class StudentClasses extends ClassLoader {
    private static final String HERE = "learnflow/Run";
    private static final int UTF8 = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    private final Map<String, byte[]> classes;

    StudentClasses(Map<String, byte[]> classes) {
        super(StudentClasses.class.getClassLoader());
        this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] code = classes.get(name);
        if (code == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, code, 0, code.length);
    }

    /** Returns a class file whose calls of java.lang.System.exit are calls of Run.exit. */
    static byte[] withoutExit(byte[] file) {
        try {
            return new Pool(file).redirected();
        } catch (IOException error) {
            throw new IllegalStateException(error); // nothing is read or written but memory
        }
    }

    /** The constant pool of a class file (JVM specification, 4.4). */
    private static final class Pool {
        private final byte[] file;
        private final int[] places;
        private final int end;

        Pool(byte[] file) throws IOException {
            this.file = file;
            places = new int[at(8)];
            int place = 10;
            for (int index = 1; index < places.length; index++) {
                places[index] = place;
                int tag = file[place];
                place += size(tag, place);
                if (tag == LONG || tag == DOUBLE) {
                    index++; // these take two entries
                }
            }
            end = place;
        }

        private int size(int tag, int place) {
            switch (tag) {
                case UTF8:
                    return 3 + at(place + 1);
                case LONG:
                case DOUBLE:
                    return 9;
                case CLASS:
                case 8: // String
                case 16: // MethodType
                case 19: // Module
                case 20: // Package
                    return 3;
                case 15: // MethodHandle
                    return 4;
                default:
                    return 5;
            }
        }

        private int at(int place) {
            return (file[place] & 0xff) << 8 | file[place + 1] & 0xff;
        }

        private boolean isTag(int index, int tag) {
            return places[index] != 0 && file[places[index]] == tag;
        }

        private String text(int index) throws IOException {
            int place = places[index] + 1;
            return new DataInputStream(new ByteArrayInputStream(file, place, file.length - place)).readUTF();
        }

        private boolean isExit(int index) throws IOException {
            if (!isTag(index, METHOD)) {
                return false;
            }
            int owner = at(places[index] + 1);
            int named = at(places[index] + 3);
            return text(at(places[owner] + 1)).equals("java/lang/System")
                    && isTag(named, NAME_AND_TYPE)
                    && text(at(places[named] + 1)).equals("exit");
        }

        byte[] redirected() throws IOException {
            boolean found = false;
            byte[] changed = file.clone();
            int entry = places.length; // two entries are added: the name of our class, and the class
            for (int index = 1; index < places.length; index++) {
                if (isExit(index)) {
                    found = true;
                    changed[places[index] + 1] = (byte) (entry + 1 >> 8);
                    changed[places[index] + 2] = (byte) (entry + 1);
                }
            }
            if (!found) {
                return file;
            }
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(whole);
            out.write(changed, 0, 8);
            out.writeShort(entry + 2);
            out.write(changed, 10, end - 10);
            out.writeByte(UTF8);
            out.writeUTF(HERE);
            out.writeByte(CLASS);
            out.writeShort(entry);
            out.write(changed, end, changed.length - end);
            return whole.toByteArray();
        }
    }
}
