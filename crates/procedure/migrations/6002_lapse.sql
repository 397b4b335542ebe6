-- A member whose question was not answered in time ends as `lapsed`.
ALTER TABLE procedure.step DROP CONSTRAINT step_state;
ALTER TABLE procedure.step ADD CONSTRAINT step_state CHECK (state IN
    ('waiting', 'sent', 'accepted', 'question', 'done', 'refused', 'dropped', 'lapsed', 'cancelled'));
-- Whom the watch finds owing an answer past the day. Few dossiers owe one.
CREATE INDEX dossier_owing ON procedure.dossier (answer_until, dossier_id) WHERE answer_until IS NOT NULL;
