-- What every case has: its journal, the signed heads and seals, the work that waits, who may see it, the
-- words it is found by; then the dossier, its drafts and the counters of codes. New tables: locks nothing.

-- +goose Up
CREATE TABLE journal_event (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	case_id TEXT    NOT NULL,
	seq     BIGINT  NOT NULL CHECK (seq > 0),
	kind    TEXT    NOT NULL,
	at      BIGINT  NOT NULL,
	body    TEXT    NOT NULL,
	hash    TEXT    NOT NULL,
	UNIQUE (case_id, seq)
);

-- Personal data of events. Erasing empties salt and value; the commitment inside the body stays.
CREATE TABLE journal_private (
	case_id TEXT   NOT NULL,
	seq     BIGINT NOT NULL,
	name    TEXT   NOT NULL,
	salt    TEXT   NOT NULL,
	value   TEXT,
	PRIMARY KEY (case_id, seq, name),
	FOREIGN KEY (case_id, seq) REFERENCES journal_event (case_id, seq)
);

CREATE TABLE case_head (
	case_id TEXT   NOT NULL PRIMARY KEY,
	kind    TEXT   NOT NULL,
	seq     BIGINT NOT NULL,
	hash    TEXT   NOT NULL,
	sig     TEXT   NOT NULL
);

CREATE TABLE journal_seal (
	n      BIGINT NOT NULL PRIMARY KEY,
	upto   BIGINT NOT NULL,
	events BIGINT NOT NULL,
	digest TEXT   NOT NULL,
	prev   TEXT   NOT NULL,
	at     BIGINT NOT NULL,
	hash   TEXT   NOT NULL,
	sig    TEXT   NOT NULL
);

-- Due and soon_at are 4611686018427387904 where no date runs, so that one index orders all.
CREATE TABLE work_item (
	case_id TEXT   NOT NULL,
	queue   TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	stage   TEXT   NOT NULL,
	agency  TEXT   NOT NULL,
	unit    TEXT   NOT NULL,
	role    TEXT   NOT NULL,
	post    TEXT   NOT NULL,
	step    TEXT   NOT NULL,
	since   BIGINT NOT NULL,
	due     BIGINT NOT NULL,
	soon_at BIGINT NOT NULL,
	code    TEXT   NOT NULL,
	title   TEXT   NOT NULL,
	subject TEXT   NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (case_id, queue)
);
CREATE INDEX work_item_due ON work_item (queue, due, case_id);
CREATE INDEX work_item_stage ON work_item (queue, stage, due, case_id);

-- ord is the negated instant: the newest comes first in ascending order.
CREATE TABLE case_scope (
	scope   TEXT   NOT NULL,
	case_id TEXT   NOT NULL,
	status  TEXT   NOT NULL,
	ord     BIGINT NOT NULL,
	PRIMARY KEY (case_id, scope)
);
CREATE INDEX case_scope_list ON case_scope (scope, ord, case_id);
CREATE INDEX case_scope_status ON case_scope (scope, status, ord, case_id);

CREATE TABLE case_term (
	scope   TEXT   NOT NULL,
	term    TEXT   NOT NULL,
	ord     BIGINT NOT NULL,
	case_id TEXT   NOT NULL,
	PRIMARY KEY (scope, term, ord, case_id)
) WITHOUT ROWID;

CREATE TABLE dossier (
	id            TEXT   NOT NULL PRIMARY KEY,
	version       BIGINT NOT NULL,
	code          TEXT   NOT NULL,
	ref           TEXT   NOT NULL,
	secret_hash   TEXT   NOT NULL,
	status        TEXT   NOT NULL,
	procedure     TEXT   NOT NULL,
	title         TEXT   NOT NULL,
	sector        TEXT   NOT NULL,
	owner         TEXT   NOT NULL,
	owner_key     TEXT   NOT NULL,
	account       TEXT   NOT NULL,
	channel       TEXT   NOT NULL,
	desk          TEXT   NOT NULL,
	competent     TEXT   NOT NULL,
	submitted_at  BIGINT NOT NULL,
	accepted_at   BIGINT NOT NULL,
	due_at        BIGINT NOT NULL,
	first_due_at  BIGINT NOT NULL,
	resolved_at   BIGINT NOT NULL,
	ended_at      BIGINT NOT NULL,
	outcome       TEXT   NOT NULL,
	step          TEXT   NOT NULL,
	holder_agency TEXT   NOT NULL,
	holder_unit   TEXT   NOT NULL,
	holder_role   TEXT   NOT NULL,
	holder_post   TEXT   NOT NULL,
	updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX dossier_code ON dossier (code) WHERE code <> '';
CREATE UNIQUE INDEX dossier_ref ON dossier (ref);
CREATE INDEX dossier_procedure ON dossier (procedure, submitted_at);

CREATE TABLE code_counter (
	scope TEXT   NOT NULL PRIMARY KEY,
	last  BIGINT NOT NULL
);

CREATE TABLE draft (
	id          TEXT   NOT NULL PRIMARY KEY,
	version     BIGINT NOT NULL,
	person      TEXT   NOT NULL,
	procedure   TEXT   NOT NULL,
	digest      TEXT   NOT NULL,
	form_id     TEXT   NOT NULL,
	form_digest TEXT   NOT NULL,
	place       TEXT   NOT NULL,
	competent   TEXT   NOT NULL,
	channel     TEXT   NOT NULL,
	answers     TEXT   NOT NULL,
	typed       TEXT   NOT NULL,
	supplements TEXT   NOT NULL,
	updated_at  BIGINT NOT NULL
);
CREATE INDEX draft_person ON draft (person, updated_at);
CREATE INDEX draft_updated ON draft (updated_at);

CREATE TABLE draft_paper (
	draft_id  TEXT   NOT NULL REFERENCES draft (id) ON DELETE CASCADE,
	id        TEXT   NOT NULL,
	component TEXT   NOT NULL,
	name      TEXT   NOT NULL,
	type      TEXT   NOT NULL,
	size      BIGINT NOT NULL,
	hash      TEXT   NOT NULL,
	form      TEXT   NOT NULL,
	count     BIGINT NOT NULL,
	at        BIGINT NOT NULL,
	PRIMARY KEY (draft_id, id)
);

-- What the product tells a citizen about their dossiers; one row per event, whoever retries.
CREATE TABLE notice (
	case_id TEXT   NOT NULL,
	seq     BIGINT NOT NULL,
	person  TEXT   NOT NULL,
	kind    TEXT   NOT NULL,
	shown   TEXT   NOT NULL,
	at      BIGINT NOT NULL,
	read_at BIGINT NOT NULL,
	PRIMARY KEY (case_id, seq)
);
CREATE INDEX notice_person ON notice (person, at);

-- +goose Down
DROP TABLE notice;
DROP TABLE draft_paper;
DROP TABLE draft;
DROP TABLE code_counter;
DROP TABLE dossier;
DROP TABLE case_term;
DROP TABLE case_scope;
DROP TABLE work_item;
DROP TABLE journal_seal;
DROP TABLE case_head;
DROP TABLE journal_private;
DROP TABLE journal_event;
