-- What lists filter by and figures judge: for whom a dossier waits, the instants of indicator 2.1, every leg of it; lists
-- that people saved, the columns their posts show, and who took which list out of the house. The new columns and
-- legs are filled by projecting every journal again. Adds columns with constant defaults: locks nothing for long.

-- +goose Up
ALTER TABLE dossier ADD COLUMN soon_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN waits TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN finished_at BIGINT NOT NULL DEFAULT 4611686018427387904;
ALTER TABLE dossier ADD COLUMN national_due_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN answered_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN asked_again_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN most_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN leaving_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX dossier_open ON dossier (due_at, id) WHERE resolved_at = 0 AND ended_at = 0;
CREATE INDEX dossier_finished ON dossier (finished_at);
CREATE INDEX dossier_sector ON dossier (sector, submitted_at);

-- until_at is 4611686018427387904 while the leg lasts.
CREATE TABLE dossier_leg (
	case_id  TEXT   NOT NULL,
	n        BIGINT NOT NULL,
	step     TEXT   NOT NULL,
	title    TEXT   NOT NULL,
	agency   TEXT   NOT NULL,
	unit     TEXT   NOT NULL,
	role     TEXT   NOT NULL,
	post     TEXT   NOT NULL,
	from_at  BIGINT NOT NULL,
	due_at   BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	PRIMARY KEY (case_id, n)
);
CREATE INDEX dossier_leg_until ON dossier_leg (until_at);

-- A list somebody keeps: filter is the query part of its address. agency is set where colleagues may use it too.
CREATE TABLE saved_list (
	id         TEXT   NOT NULL PRIMARY KEY,
	person     TEXT   NOT NULL,
	agency     TEXT   NOT NULL,
	name       TEXT   NOT NULL,
	filter     TEXT   NOT NULL,
	created_at BIGINT NOT NULL
);
CREATE INDEX saved_list_person ON saved_list (person, created_at);
CREATE INDEX saved_list_agency ON saved_list (agency, created_at) WHERE agency <> '';

-- Which columns a post shows, separated by blanks.
CREATE TABLE list_columns (
	post    TEXT NOT NULL PRIMARY KEY,
	columns TEXT NOT NULL
);

-- Who took which rows out: personal data leaves the house with them.
CREATE TABLE list_export (
	id       TEXT   NOT NULL PRIMARY KEY,
	at       BIGINT NOT NULL,
	person   TEXT   NOT NULL,
	post     TEXT   NOT NULL,
	agency   TEXT   NOT NULL,
	format   TEXT   NOT NULL,
	filter   TEXT   NOT NULL,
	scope    TEXT   NOT NULL,
	exported BIGINT NOT NULL
);
CREATE INDEX list_export_at ON list_export (at);
CREATE INDEX list_export_person ON list_export (person, at);

-- +goose Down
DROP TABLE list_export;
DROP TABLE list_columns;
DROP TABLE saved_list;
DROP TABLE dossier_leg;
DROP INDEX dossier_sector;
DROP INDEX dossier_finished;
DROP INDEX dossier_open;
ALTER TABLE dossier DROP COLUMN leaving_at;
ALTER TABLE dossier DROP COLUMN most_us;
ALTER TABLE dossier DROP COLUMN asked_again_at;
ALTER TABLE dossier DROP COLUMN answered_at;
ALTER TABLE dossier DROP COLUMN asked_at;
ALTER TABLE dossier DROP COLUMN national_due_at;
ALTER TABLE dossier DROP COLUMN finished_at;
ALTER TABLE dossier DROP COLUMN waits;
ALTER TABLE dossier DROP COLUMN soon_at;
