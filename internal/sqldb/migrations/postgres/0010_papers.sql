-- Papers of a dossier: hand-overs that wait for their receiver; and who has looked at a person's case. New tables
-- only: locks nothing.

-- +goose Up
CREATE TABLE dossier_handover (
	case_id     TEXT   NOT NULL,
	event       BIGINT NOT NULL,
	from_agency TEXT   NOT NULL,
	to_agency   TEXT   NOT NULL,
	to_post     TEXT   NOT NULL,
	items       BIGINT NOT NULL,
	at          BIGINT NOT NULL,
	due         BIGINT NOT NULL,
	PRIMARY KEY (case_id, event)
);
CREATE INDEX dossier_handover_to ON dossier_handover (to_agency, at);
CREATE INDEX dossier_handover_from ON dossier_handover (from_agency, at);

CREATE TABLE case_view (
	case_id TEXT   NOT NULL,
	hour    BIGINT NOT NULL,
	person  TEXT   NOT NULL,
	what    TEXT   NOT NULL,
	thing   TEXT   NOT NULL,
	post    TEXT   NOT NULL,
	agency  TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	PRIMARY KEY (case_id, hour, person, what, thing)
);

-- +goose Down
DROP TABLE case_view;
DROP TABLE dossier_handover;
