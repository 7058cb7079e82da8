-- A message is a repeat of another only if it is about the same student: an id that somebody else has used already, as
-- a careless sender's, must not make the student's own message vanish here, while the learner counts it.

ALTER TABLE profile_history DROP CONSTRAINT profile_history_pkey, ADD PRIMARY KEY (student_id, message_id);
ALTER TABLE exercise_submissions DROP CONSTRAINT exercise_submissions_pkey, ADD PRIMARY KEY (student_id, message_id);
ALTER TABLE mastery_history DROP CONSTRAINT mastery_history_pkey, ADD PRIMARY KEY (student_id, message_id);
ALTER TABLE struggle_history DROP CONSTRAINT struggle_history_pkey, ADD PRIMARY KEY (student_id, message_id);
