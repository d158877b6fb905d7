-- What lists and figures read of the turns of a dossier's life, and the papers that were printed of it. The new
-- columns are filled by projecting every journal again, which migrating does next (table projection says up to
-- which version rows were projected). Adds columns with constant defaults: locks nothing for long.

-- +goose Up
ALTER TABLE dossier ADD COLUMN law TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN group_id TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN promised_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN apologised BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN late_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE dossier ADD COLUMN supplements BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN supplement_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN pending_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE dossier ADD COLUMN standing BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX dossier_group ON dossier (group_id) WHERE group_id <> '';

CREATE TABLE dossier_slip (
	check_code TEXT   NOT NULL PRIMARY KEY,
	case_id    TEXT   NOT NULL,
	event      BIGINT NOT NULL,
	form       TEXT   NOT NULL,
	book       TEXT   NOT NULL,
	year       BIGINT NOT NULL,
	number     BIGINT NOT NULL,
	at         BIGINT NOT NULL
);
CREATE INDEX dossier_slip_case ON dossier_slip (case_id);
CREATE UNIQUE INDEX dossier_slip_book ON dossier_slip (book, form, year, number);

CREATE TABLE projection (
	kind    TEXT   NOT NULL PRIMARY KEY,
	version BIGINT NOT NULL
);

-- +goose Down
DROP TABLE projection;
DROP TABLE dossier_slip;
DROP INDEX dossier_group;
ALTER TABLE dossier DROP COLUMN standing;
ALTER TABLE dossier DROP COLUMN pending_at;
ALTER TABLE dossier DROP COLUMN supplement_us;
ALTER TABLE dossier DROP COLUMN supplements;
ALTER TABLE dossier DROP COLUMN late_reason;
ALTER TABLE dossier DROP COLUMN apologised;
ALTER TABLE dossier DROP COLUMN promised_at;
ALTER TABLE dossier DROP COLUMN group_id;
ALTER TABLE dossier DROP COLUMN law;
