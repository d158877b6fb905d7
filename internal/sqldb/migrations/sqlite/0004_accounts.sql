-- Who signs in (person, credential), in which post they act (post_holding), where they
-- are signed in (session), what happened to their sign-in (sign_in_event) and how often
-- somebody guessed lately (sign_in_bucket). New tables: locks nothing.

-- +goose Up
CREATE TABLE person (
	id         TEXT   NOT NULL PRIMARY KEY,
	kind       TEXT   NOT NULL CHECK (kind IN ('officer', 'citizen')),
	name       TEXT   NOT NULL,
	sign_in    TEXT   NOT NULL UNIQUE,
	number     TEXT   UNIQUE,
	birth      TEXT   NOT NULL DEFAULT '',
	phone      TEXT   NOT NULL DEFAULT '',
	email      TEXT   NOT NULL DEFAULT '',
	address    TEXT   NOT NULL DEFAULT '',
	identity   BIGINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	blocked_at BIGINT NOT NULL DEFAULT 0
);

-- Apart from person, so that no list of people ever reads a hash by accident.
CREATE TABLE credential (
	person      TEXT    NOT NULL PRIMARY KEY REFERENCES person (id) ON DELETE CASCADE,
	hash        TEXT    NOT NULL,
	set_at      BIGINT  NOT NULL,
	must_change BOOLEAN NOT NULL DEFAULT FALSE
);

-- Posts live in the published pack, so post is no reference. Days are local, "" is open.
CREATE TABLE post_holding (
	id         TEXT NOT NULL PRIMARY KEY,
	person     TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
	post       TEXT NOT NULL,
	manner     TEXT NOT NULL CHECK (manner IN ('appointed', 'acting', 'stand_in')),
	for_person TEXT NOT NULL DEFAULT '',
	decision   TEXT NOT NULL DEFAULT '',
	from_day   TEXT NOT NULL DEFAULT '',
	until_day  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX post_holding_person ON post_holding (person);
CREATE INDEX post_holding_post ON post_holding (post);

-- secret is the SHA-256 of what the browser holds, in hexadecimal.
CREATE TABLE session (
	id         TEXT   NOT NULL PRIMARY KEY,
	secret     TEXT   NOT NULL UNIQUE,
	person     TEXT   NOT NULL REFERENCES person (id) ON DELETE CASCADE,
	post       TEXT   NOT NULL DEFAULT '',
	created_at BIGINT NOT NULL,
	seen_at    BIGINT NOT NULL,
	address    TEXT   NOT NULL DEFAULT '',
	agent      TEXT   NOT NULL DEFAULT '',
	ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX session_person ON session (person, created_at);
CREATE INDEX session_created ON session (created_at);

-- person is null when the name typed is nobody's; the name itself is not kept.
CREATE TABLE sign_in_event (
	id      TEXT   NOT NULL PRIMARY KEY,
	person  TEXT   REFERENCES person (id) ON DELETE CASCADE,
	at      BIGINT NOT NULL,
	kind    TEXT   NOT NULL,
	address TEXT   NOT NULL DEFAULT '',
	agent   TEXT   NOT NULL DEFAULT '',
	session TEXT   NOT NULL DEFAULT '',
	post    TEXT   NOT NULL DEFAULT '',
	device  TEXT   NOT NULL DEFAULT ''
);
CREATE INDEX sign_in_event_person ON sign_in_event (person, at);
CREATE INDEX sign_in_event_at ON sign_in_event (at);
CREATE INDEX sign_in_event_address ON sign_in_event (person, address, at) WHERE kind = 'signed_in';
CREATE INDEX sign_in_event_device ON sign_in_event (person, device, at) WHERE kind = 'signed_in';

CREATE TABLE sign_in_bucket (
	key     TEXT   NOT NULL PRIMARY KEY,
	level   BIGINT NOT NULL,
	at      BIGINT NOT NULL,
	idle_at BIGINT NOT NULL
);
CREATE INDEX sign_in_bucket_idle ON sign_in_bucket (idle_at);

-- +goose Down
DROP TABLE sign_in_bucket;
DROP TABLE sign_in_event;
DROP TABLE session;
DROP TABLE post_holding;
DROP TABLE credential;
DROP TABLE person;
