-- What dossiers add to the scores of agencies and officers, which dossiers were returned and rated, and the tablets
-- on which people rate at the desk. dossier_score and dossier_return are filled by projecting every journal again.
-- Points are 2, 1, 0 and -1 where nothing is known. New tables: locks nothing.

-- +goose Up
CREATE TABLE dossier_score (
	case_id     TEXT   NOT NULL,
	n           BIGINT NOT NULL,
	agency      TEXT   NOT NULL,
	person      TEXT   NOT NULL,
	resolved_at BIGINT NOT NULL,
	timing      BIGINT NOT NULL,
	own         BIGINT NOT NULL,
	supplements BIGINT NOT NULL,
	agencies    BIGINT NOT NULL,
	attitude    BIGINT NOT NULL,
	overall     BIGINT NOT NULL,
	online      BOOLEAN NOT NULL,
	PRIMARY KEY (case_id, n)
);
CREATE INDEX dossier_score_whole ON dossier_score (resolved_at, agency) WHERE person = '';
CREATE INDEX dossier_score_person ON dossier_score (agency, resolved_at) WHERE person <> '';

CREATE TABLE dossier_return (
	case_id   TEXT   NOT NULL PRIMARY KEY,
	desk      TEXT   NOT NULL,
	competent TEXT   NOT NULL,
	person    TEXT   NOT NULL,
	at        BIGINT NOT NULL,
	code      TEXT   NOT NULL,
	title     TEXT   NOT NULL,
	rated_at  BIGINT NOT NULL,
	via       TEXT   NOT NULL,
	overall   TEXT   NOT NULL,
	items     TEXT   NOT NULL,
	commented BOOLEAN NOT NULL
);
CREATE INDEX dossier_return_waiting ON dossier_return (desk, at) WHERE rated_at = 0;
CREATE INDEX dossier_return_rated ON dossier_return (competent, rated_at) WHERE rated_at > 0;

-- pairing and token are SHA-256 of what the officer reads out and of what the tablet holds, in hexadecimal.
CREATE TABLE rating_tablet (
	id            TEXT   NOT NULL PRIMARY KEY,
	desk          TEXT   NOT NULL,
	name          TEXT   NOT NULL,
	person        TEXT   NOT NULL,
	post          TEXT   NOT NULL,
	pairing       TEXT   NOT NULL,
	pairing_until BIGINT NOT NULL,
	token         TEXT   NOT NULL,
	created_at    BIGINT NOT NULL,
	until_at      BIGINT NOT NULL,
	seen_at       BIGINT NOT NULL,
	ended_at      BIGINT NOT NULL
);
CREATE UNIQUE INDEX rating_tablet_token ON rating_tablet (token) WHERE token <> '';
CREATE UNIQUE INDEX rating_tablet_pairing ON rating_tablet (pairing) WHERE pairing <> '';
CREATE INDEX rating_tablet_desk ON rating_tablet (desk, created_at);

-- +goose Down
DROP TABLE rating_tablet;
DROP TABLE dossier_return;
DROP TABLE dossier_score;
