-- What is known of a student's exercises beyond attempts: hints that were given, and that the student gave up.

ALTER TABLE exercises ADD COLUMN title VARCHAR(100);

ALTER TABLE student_exercises ADD COLUMN hints_given INTEGER NOT NULL DEFAULT 0 CHECK (hints_given >= 0);
ALTER TABLE student_exercises ADD COLUMN given_up_at TIMESTAMPTZ;
ALTER TABLE exercise_submissions ADD COLUMN gave_up BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE exercise_submissions ADD CONSTRAINT gave_up_is_not_passed CHECK (NOT (gave_up AND passed));
