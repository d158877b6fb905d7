-- Drafts of the configuration, proposed by one person and published by another: their rows, the texts they hold, and how
-- the catalogue holds pilots. Two tables grow by columns with a constant default: no rewrite, a short lock.

-- +goose Up
CREATE TABLE change_set (
	id           TEXT   NOT NULL PRIMARY KEY,
	version      BIGINT NOT NULL,
	title        TEXT   NOT NULL,
	state        TEXT   NOT NULL,
	link         TEXT   NOT NULL,
	link_of      TEXT   NOT NULL,
	owner        TEXT   NOT NULL,
	owner_post   TEXT   NOT NULL,
	proposer     TEXT   NOT NULL,
	publisher    TEXT   NOT NULL,
	docs         BIGINT NOT NULL,
	valid_from   TEXT   NOT NULL,
	valid_until  TEXT   NOT NULL,
	only_at      TEXT   NOT NULL,
	pilot        BOOLEAN NOT NULL,
	opened_at    BIGINT NOT NULL,
	changed_at   BIGINT NOT NULL,
	proposed_at  BIGINT NOT NULL,
	published_at BIGINT NOT NULL
);
CREATE INDEX change_set_state ON change_set (state, changed_at);

CREATE TABLE change_set_item (
	set_id   TEXT    NOT NULL REFERENCES change_set (id),
	kind     TEXT    NOT NULL,
	id       TEXT    NOT NULL,
	text     TEXT    NOT NULL,
	gone     BOOLEAN NOT NULL,
	version  BIGINT  NOT NULL,
	person   TEXT    NOT NULL,
	saved_at BIGINT  NOT NULL,
	PRIMARY KEY (set_id, kind, id)
);

-- Texts by the sha-256 of their bytes. A text is never changed; many savings may name one.
CREATE TABLE studio_text (
	digest TEXT NOT NULL PRIMARY KEY,
	text   TEXT NOT NULL
);

-- pilot is the publication that tries a version out beside what is in force; only_at names the agencies that do, with
-- spaces between, none for all. stays: applications begun on the version before may be filed as they are.
ALTER TABLE procedure_version ADD COLUMN pilot TEXT NOT NULL DEFAULT '';
ALTER TABLE procedure_version ADD COLUMN only_at TEXT NOT NULL DEFAULT '';
ALTER TABLE procedure_version ADD COLUMN stays BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE pack_document ADD COLUMN pilot TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_document ADD COLUMN only_at TEXT NOT NULL DEFAULT '';
ALTER TABLE pack_document ADD COLUMN stays BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE pack_document DROP COLUMN stays;
ALTER TABLE pack_document DROP COLUMN only_at;
ALTER TABLE pack_document DROP COLUMN pilot;
ALTER TABLE procedure_version DROP COLUMN stays;
ALTER TABLE procedure_version DROP COLUMN only_at;
ALTER TABLE procedure_version DROP COLUMN pilot;
DROP TABLE studio_text;
DROP TABLE change_set_item;
DROP TABLE change_set;
