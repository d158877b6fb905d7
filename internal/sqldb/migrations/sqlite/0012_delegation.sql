-- Who may act in another's post for a time. Rows are only ever added and revoked, so that the table is its own history.
-- until_day is exclusive, scope names permissions separated by blanks (empty: all of the post). New table: locks nothing.

-- +goose Up
CREATE TABLE delegation (
	id         TEXT   NOT NULL PRIMARY KEY,
	post       TEXT   NOT NULL,
	holder     TEXT   NOT NULL REFERENCES person (id) ON DELETE CASCADE,
	person     TEXT   NOT NULL REFERENCES person (id) ON DELETE CASCADE,
	manner     TEXT   NOT NULL CHECK (manner IN ('delegated', 'stand_in')),
	scope      TEXT   NOT NULL DEFAULT '',
	reason     TEXT   NOT NULL,
	from_day   TEXT   NOT NULL,
	until_day  TEXT   NOT NULL,
	by_person  TEXT   NOT NULL,
	by_post    TEXT   NOT NULL,
	created_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL DEFAULT 0,
	revoker    TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX delegation_person ON delegation (person);
CREATE INDEX delegation_holder ON delegation (holder);
CREATE INDEX delegation_by ON delegation (by_person);

-- +goose Down
DROP TABLE delegation;
