-- Changes of the working calendar after its year was announced: the act, the days it declares, and what people were
-- shown before they decided. New tables: locks nothing.

-- +goose Up
CREATE TABLE calendar_change (
	id           TEXT   NOT NULL PRIMARY KEY,
	version      BIGINT NOT NULL,
	at           BIGINT NOT NULL,
	person       TEXT   NOT NULL,
	post         TEXT   NOT NULL,
	agency       TEXT   NOT NULL,
	name         TEXT   NOT NULL,
	basis        TEXT   NOT NULL,
	first_day    TEXT   NOT NULL,
	last_day     TEXT   NOT NULL,
	days         BIGINT NOT NULL,
	moved        BIGINT NOT NULL,
	kept         BIGINT NOT NULL,
	untouched    BIGINT NOT NULL,
	applied      BIGINT NOT NULL,
	skipped      BIGINT NOT NULL,
	completed_at BIGINT NOT NULL
);

CREATE TABLE calendar_day (
	change_id TEXT NOT NULL REFERENCES calendar_change (id),
	day       TEXT NOT NULL,
	kind      TEXT NOT NULL,
	name      TEXT NOT NULL,
	name_en   TEXT NOT NULL,
	basis     TEXT NOT NULL,
	published TEXT NOT NULL,
	swap      TEXT NOT NULL,
	since     TEXT NOT NULL,
	PRIMARY KEY (change_id, day)
);

-- Kept for a day; what was decided stands in the journal.
CREATE TABLE calendar_preview (
	id      TEXT   NOT NULL PRIMARY KEY,
	at      BIGINT NOT NULL,
	content TEXT   NOT NULL
);

-- +goose Down
DROP TABLE calendar_preview;
DROP TABLE calendar_day;
DROP TABLE calendar_change;
