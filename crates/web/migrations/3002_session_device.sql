-- A session gets a public id (the `sid` of tokens, and what its owner ends it by), how its owner was authenticated, and on
-- what device.
ALTER TABLE web.session
    ADD COLUMN session_id     uuid  NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN authentication jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN device         text  NOT NULL DEFAULT '',
    ADD CONSTRAINT session_device_length CHECK (length(device) <= 80);
-- Those who open a session say all three.
ALTER TABLE web.session
    ALTER COLUMN session_id DROP DEFAULT,
    ALTER COLUMN authentication DROP DEFAULT,
    ALTER COLUMN device DROP DEFAULT;
COMMENT ON COLUMN web.session.authentication IS 'how strongly and by what the owner was authenticated: identity writes it, and only identity reads it';
COMMENT ON COLUMN web.session.device IS 'browser and system in words, such as Chrome, Android: the header they come from is not kept';
CREATE INDEX session_session_id ON web.session (session_id);
