-- Who has the form of an act open now: rows of a minute, written anew by whoever goes on. And an index by which the
-- load of an agency is counted without reading the work itself. Creating it reads the open work once.

-- +goose Up
CREATE TABLE composing (
	case_id TEXT NOT NULL,
	person TEXT NOT NULL,
	post TEXT NOT NULL,
	seen_at BIGINT NOT NULL,
	PRIMARY KEY (case_id, person)
);
CREATE INDEX composing_seen ON composing (seen_at);
CREATE INDEX work_item_load ON work_item (agency, queue, stage, due, soon_at, since);

-- +goose Down
DROP INDEX work_item_load;
DROP TABLE composing;
