-- What the program does later (job), on a schedule (job_schedule), and what it has
-- already answered (idempotency). New tables: locks nothing.

-- +goose Up
CREATE TABLE job (
	id          TEXT    NOT NULL PRIMARY KEY,
	kind        TEXT    NOT NULL,
	args        TEXT    NOT NULL,
	key         TEXT,
	state       TEXT    NOT NULL CHECK (state IN ('ready', 'running', 'dead')),
	run_at      BIGINT  NOT NULL,
	attempt     BIGINT  NOT NULL DEFAULT 0,
	lease_until BIGINT  NOT NULL DEFAULT 0,
	error       TEXT    NOT NULL DEFAULT '',
	created_at  BIGINT  NOT NULL
);
CREATE UNIQUE INDEX job_key ON job (key) WHERE key IS NOT NULL;
CREATE INDEX job_ready ON job (run_at, id) WHERE state = 'ready';
CREATE INDEX job_running ON job (lease_until) WHERE state = 'running';
CREATE INDEX job_dead ON job (run_at, id) WHERE state = 'dead';

CREATE TABLE job_schedule (
	name TEXT   NOT NULL PRIMARY KEY,
	slot BIGINT NOT NULL
);

-- The answer given to a request, by the key that came with it. The same key with
-- another fingerprint (hash of what was sent) is refused.
CREATE TABLE idempotency (
	key         TEXT   NOT NULL,
	actor       TEXT   NOT NULL,
	fingerprint TEXT   NOT NULL,
	status      BIGINT NOT NULL,
	location    TEXT   NOT NULL DEFAULT '',
	answer      TEXT   NOT NULL DEFAULT '',
	at          BIGINT NOT NULL,
	PRIMARY KEY (key, actor)
);
CREATE INDEX idempotency_at ON idempotency (at);

-- +goose Down
DROP TABLE idempotency;
DROP TABLE job_schedule;
DROP TABLE job;
