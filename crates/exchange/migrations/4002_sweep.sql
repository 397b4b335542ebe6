-- Replies hold personal data and are needed only for as long as a call may be sent again. The sweep empties old ones and
-- keeps the row: a key that has had its effect never has another.
COMMENT ON COLUMN exchange.call.reply IS 'null once swept (and, seen by nobody else, until the first call commits)';
-- BRIN: a few pages for years of calls, and rows stay where updating the reply can leave every index alone.
CREATE INDEX call_called_at ON exchange.call USING brin (called_at);
