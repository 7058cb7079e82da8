// Runs one of many variants of a student's JavaScript, for inside of the sandbox: BASE, VARIANTS, ENTRY and PROBED come
// before it. A variant is what of BASE is kept at its beginning and at its end, and what stands between. The last one has
// a probe before each statement, and what is printed for it is which of them ran.
const STEPS = 200000; // rounds of loops, for a variant that may never end
const LONGEST = 16000; // characters that are printed
const TURNS = 30; // of the event loop, in which a program reads its input

function learnflow_run(number, given) {
  const [start, end, middle] = VARIANTS[number];
  const code = BASE.slice(0, start) + middle + BASE.slice(BASE.length - end);
  const ran = new Set();
  const probing = number === PROBED;
  const own = { steps: 0, printed: 0, probing, quiet: probing || ENTRY !== null };
  const run = () => start_of(code.replace(/^export\s+(default\s+)?(?=function|class|const|let|async)/gm, ''), own, ran, given);
  if (number !== PROBED) return run();
  const tell = () => console.log(`ran ${[...ran].reduce((bits, one) => bits | (1n << BigInt(one)), 0n).toString(16)}.`);
  try {
    const value = run();
    if (typeof value?.then === 'function') return value.then(tell, tell);
  } catch {}
  tell();
}

function start_of(code, own, ran, given) {
  const step = () => {
    own.steps += 1;
    if (own.steps > STEPS) throw new Error('it does not end');
  };
  const print = (text) => {
    own.printed += String(text).length;
    if (own.printed > LONGEST) throw new Error('it prints too much');
    if (!own.quiet) process.stdout.write(text);
  };
  const world = world_of(typeof given === 'string' ? given : '', print);
  const name = ENTRY ?? 'undefined';
  const names = ['require', 'module', 'exports', 'process', 'console', 'learnflow_step', 'learnflow_ran'];
  const body = `${code}\n;return typeof ${name} === 'undefined' ? undefined : ${name}`;
  const load = new Function(...names, body);
  const module = { exports: {} };
  const ran_one = (one) => void ran.add(one);
  const entry = load(world.require, module, module.exports, world.process, world.console, step, ran_one);
  if (ENTRY === null) return world.reads ? idle(TURNS) : undefined;
  own.quiet = own.probing;
  return (entry ?? module.exports[ENTRY] ?? module.exports)(...given);
}

function world_of(text, print) {
  const found = { reads: /setTimeout|setInterval|async|Promise|\.on\(/.test(BASE) };
  const own = Object.create(process);
  const stream = (write) => ({ write, isTTY: false });
  const { Readable } = require('stream');
  let input;
  Object.defineProperty(own, 'stdin', {
    get() {
      found.reads = true;
      input ??= Object.assign(Readable.from(text ? [Buffer.from(text)] : []), { fd: 0 });
      return input;
    },
  });
  Object.defineProperty(own, 'stdout', { value: stream((chunk) => (print(String(chunk)), true)) });
  const fs = Object.create(require('fs'));
  const real = require('fs').readFileSync;
  fs.readFileSync = (file, options) => {
    if (file !== 0 && file !== '/dev/stdin') return real(file, options);
    return options ? text : Buffer.from(text);
  };
  const lines = (...values) => print(`${require('util').format(...values)}\n`);
  const quiet = () => {};
  found.console = Object.assign(Object.create(console), { log: lines, info: lines, debug: lines, error: quiet, warn: quiet });
  found.process = own;
  found.require = (name) => {
    const plain = String(name).replace(/^node:/, '');
    if (plain === 'fs') return fs;
    return plain === 'process' ? own : require(name);
  };
  return found;
}

function idle(turns) {
  return new Promise((resolve) => {
    const next = (left) => (left ? setImmediate(() => next(left - 1)) : resolve());
    next(turns);
  });
}
