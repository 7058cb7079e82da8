-- A grade is evidence also where the exercise was never assigned here, as from a school's own grader: what counts live
-- must be in the history, or a rebuilt level would differ from the live one.

ALTER TABLE exercise_submissions DROP CONSTRAINT submitted_after_assigned;
ALTER TABLE exercise_submissions ADD CONSTRAINT submitted_by_a_student
    FOREIGN KEY (student_id) REFERENCES students(student_id) ON DELETE CASCADE;
