-- The catalogue: dated versions of procedures and of what packs configure, administrative
-- units, and a counter that tells caches when to look again. New tables: locks nothing.

-- +goose Up
-- One row. published grows with every publication, places with every change of units.
CREATE TABLE catalogue_revision (
	one       BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
	published BIGINT NOT NULL,
	places    BIGINT NOT NULL
);
INSERT INTO catalogue_revision (one, published, places) VALUES (1, 0, 0);

-- Number counts the versions of a code from 1; 0 is the heading from a list. What is
-- published never changes but for valid_until: dossiers pin it.
CREATE TABLE procedure_version (
	code         TEXT   NOT NULL,
	number       BIGINT NOT NULL,
	digest       TEXT   NOT NULL,
	state        TEXT   NOT NULL CHECK (state IN ('draft', 'published', 'listed')),
	valid_from   TEXT   NOT NULL DEFAULT '',
	valid_until  TEXT   NOT NULL DEFAULT '',
	name         TEXT   NOT NULL,
	sector       TEXT   NOT NULL,
	ministry     TEXT   NOT NULL,
	source       TEXT   NOT NULL,
	content      TEXT   NOT NULL,
	imported_at  BIGINT NOT NULL,
	published_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (code, number)
);
CREATE INDEX procedure_version_digest ON procedure_version (digest);
CREATE INDEX procedure_version_state ON procedure_version (state, code);

-- What each origin said last: the same import again changes nothing, and a version is made
-- of all that was said, the province's packs first.
CREATE TABLE procedure_seen (
	code    TEXT NOT NULL,
	origin  TEXT NOT NULL,
	digest  TEXT NOT NULL,
	content TEXT NOT NULL,
	PRIMARY KEY (code, origin)
);

CREATE TABLE pack_document (
	kind         TEXT   NOT NULL,
	id           TEXT   NOT NULL,
	number       BIGINT NOT NULL,
	digest       TEXT   NOT NULL,
	state        TEXT   NOT NULL CHECK (state IN ('draft', 'published')),
	valid_from   TEXT   NOT NULL DEFAULT '',
	valid_until  TEXT   NOT NULL DEFAULT '',
	position     BIGINT NOT NULL,
	origin       TEXT   NOT NULL,
	content      TEXT   NOT NULL,
	imported_at  BIGINT NOT NULL,
	published_at BIGINT NOT NULL DEFAULT 0,
	PRIMARY KEY (kind, id, number)
);
CREATE INDEX pack_document_digest ON pack_document (digest);

-- Administrative units with dates; an empty valid_from is older than the lists know.
CREATE TABLE place (
	code        TEXT NOT NULL,
	valid_from  TEXT NOT NULL,
	valid_until TEXT NOT NULL,
	name        TEXT NOT NULL,
	kind        TEXT NOT NULL,
	parent      TEXT NOT NULL,
	district    TEXT NOT NULL,
	PRIMARY KEY (code, valid_from)
);

CREATE TABLE place_change (
	old_code TEXT    NOT NULL,
	new_code TEXT    NOT NULL,
	day      TEXT    NOT NULL,
	divided  BOOLEAN NOT NULL,
	PRIMARY KEY (old_code, new_code, day)
);

CREATE TABLE import_report (
	id     TEXT   NOT NULL PRIMARY KEY,
	at     BIGINT NOT NULL,
	report TEXT   NOT NULL
);

-- +goose Down
DROP TABLE import_report;
DROP TABLE place_change;
DROP TABLE place;
DROP TABLE pack_document;
DROP TABLE procedure_seen;
DROP TABLE procedure_version;
DROP TABLE catalogue_revision;
