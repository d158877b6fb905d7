-- Papers that were given out with a digital signature (slip_paper), by the check code printed on them; the bytes lie
-- in the file store. Books of papers that were locked at a year's end (register_lock, and register_lock_book for each
-- form), projected from a journal of their own. New tables: locks nothing.

-- +goose Up
CREATE TABLE slip_paper (
	check_code TEXT   NOT NULL PRIMARY KEY,
	hash       TEXT   NOT NULL,
	size       BIGINT NOT NULL,
	signer     TEXT   NOT NULL,
	at         BIGINT NOT NULL
);

CREATE TABLE register_lock (
	case_id TEXT   NOT NULL PRIMARY KEY,
	book    TEXT   NOT NULL,
	year    BIGINT NOT NULL,
	at      BIGINT NOT NULL,
	person  TEXT   NOT NULL,
	post    TEXT   NOT NULL,
	UNIQUE (book, year)
);

CREATE TABLE register_lock_book (
	case_id TEXT   NOT NULL,
	form    TEXT   NOT NULL,
	last    BIGINT NOT NULL,
	entries BIGINT NOT NULL,
	digest  TEXT   NOT NULL,
	PRIMARY KEY (case_id, form)
);

-- +goose Down
DROP TABLE register_lock_book;
DROP TABLE register_lock;
DROP TABLE slip_paper;
