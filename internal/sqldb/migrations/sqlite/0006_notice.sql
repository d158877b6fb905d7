-- Who was told what (notice_told), by which letters (notice_delivery), and what each person chose (notice_choice).
-- What notice holds is copied, a few seconds per million rows; the table stays because the version before
-- this one still writes it while both run. New tables otherwise: locks nothing.

-- +goose Up
-- reader is "person:ID" for an account, the name of a queue for officers, '' for an applicant without an account, who
-- is told by letter only. occasion is '' for the event itself; a reminder names what it reminds of. facts are
-- the personal part: erased with the dossier.
CREATE TABLE notice_told (
	id       TEXT   NOT NULL PRIMARY KEY,
	case_id  TEXT   NOT NULL,
	seq      BIGINT NOT NULL,
	kind     TEXT   NOT NULL,
	occasion TEXT   NOT NULL,
	reader   TEXT   NOT NULL,
	shown    TEXT   NOT NULL,
	facts    TEXT   NOT NULL,
	at       BIGINT NOT NULL,
	told_at  BIGINT NOT NULL,
	read_at  BIGINT NOT NULL,
	read_by  TEXT   NOT NULL,
	UNIQUE (case_id, seq, kind, occasion, reader)
);
CREATE INDEX notice_told_reader ON notice_told (reader, at, id);
CREATE INDEX notice_told_unread ON notice_told (reader) WHERE read_at = 0;

INSERT INTO notice_told (id, case_id, seq, kind, occasion, reader, shown, facts, at, told_at, read_at, read_by)
SELECT case_id || '-' || CAST(seq AS TEXT), case_id, seq, substr(kind, 9), '', 'person:' || person, shown, '{}', at, at, read_at, CASE WHEN read_at = 0 THEN '' ELSE person END
FROM notice WHERE kind LIKE 'dossier.%';

-- One letter to one person. address is personal; answer is the last word of the mail server.
CREATE TABLE notice_delivery (
	id         TEXT    NOT NULL PRIMARY KEY,
	notice     TEXT    NOT NULL REFERENCES notice_told (id),
	channel    TEXT    NOT NULL CHECK (channel IN ('email')),
	person     TEXT    NOT NULL,
	address    TEXT    NOT NULL,
	language   TEXT    NOT NULL,
	state      TEXT    NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'held')),
	reason     TEXT    NOT NULL,
	attempts   BIGINT  NOT NULL,
	repeated   BOOLEAN NOT NULL,
	answer     TEXT    NOT NULL,
	message_id TEXT    NOT NULL,
	held_until BIGINT  NOT NULL,
	queued_at  BIGINT  NOT NULL,
	tried_at   BIGINT  NOT NULL,
	sent_at    BIGINT  NOT NULL,
	UNIQUE (notice, channel, person)
);
CREATE INDEX notice_delivery_held ON notice_delivery (reason, queued_at) WHERE state = 'held';

-- topics_off lists "topic/channel". email is confirmed; pending waits for the mailed link.
CREATE TABLE notice_choice (
	person     TEXT    NOT NULL PRIMARY KEY,
	language   TEXT    NOT NULL,
	email      TEXT    NOT NULL,
	email_at   BIGINT  NOT NULL,
	pending    TEXT    NOT NULL,
	pending_at BIGINT  NOT NULL,
	quiet      BOOLEAN NOT NULL,
	topics_off TEXT    NOT NULL,
	topics_on  TEXT    NOT NULL,
	updated_at BIGINT  NOT NULL
);

-- +goose Down
DROP TABLE notice_choice;
DROP TABLE notice_delivery;
DROP TABLE notice_told;
