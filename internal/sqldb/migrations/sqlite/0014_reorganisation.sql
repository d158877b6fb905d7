-- Reorganisations of agencies: who proposed and who published them, and how far the passing of their dossiers is. What
-- they changed stands among the versions of agencies and posts, what was decided in the journal. New table: locks nothing.

-- +goose Up
CREATE TABLE reorganisation (
	id           TEXT   NOT NULL PRIMARY KEY,
	version      BIGINT NOT NULL,
	state        TEXT   NOT NULL,
	sort         TEXT   NOT NULL,
	day          TEXT   NOT NULL,
	name         TEXT   NOT NULL,
	basis        TEXT   NOT NULL,
	proposed_at  BIGINT NOT NULL,
	proposer     TEXT   NOT NULL,
	published_at BIGINT NOT NULL,
	publisher    TEXT   NOT NULL,
	agencies     BIGINT NOT NULL,
	lines        BIGINT NOT NULL,
	moved        BIGINT NOT NULL,
	skipped      BIGINT NOT NULL,
	completed_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE reorganisation;
