package accountdb

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/sqldb"
)

const delegationColumns = `id, post, holder, person, manner, scope, reason, from_day, until_day, by_person, by_post, created_at, revoked_at, revoker`

func scanDelegation(row scanner) (d account.Delegation, err error) {
	var scope string
	var created, revoked int64
	err = row.Scan(&d.ID, &d.Post, &d.Holder, &d.Person, &d.Manner, &scope, &d.Reason, &d.From, &d.Until, &d.By, &d.ByPost, &created, &revoked, &d.Revoker)
	if errors.Is(err, sqldb.ErrNoRows) {
		return d, account.ErrNoDelegation
	}
	for _, p := range strings.Fields(scope) {
		d.Scope = append(d.Scope, access.Permission(p))
	}
	d.Created, d.Revoked = instant(created), instant(revoked)
	return d, err
}

const sqlDelegation = `SELECT ` + delegationColumns + ` FROM delegation WHERE id = $1`

func (r reader) Delegation(ctx context.Context, id string) (account.Delegation, error) {
	return scanDelegation(r.q.QueryRow(ctx, sqlDelegation, id))
}

const sqlDelegations = `SELECT ` + delegationColumns + ` FROM delegation WHERE person = $1 OR holder = $1 OR by_person = $1 ORDER BY created_at DESC, id DESC LIMIT 200`

func (r reader) Delegations(ctx context.Context, person string) ([]account.Delegation, error) {
	rows, err := r.q.Query(ctx, sqlDelegations, person)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (account.Delegation, error) { return scanDelegation(rows) })
}

const sqlHolders = `SELECT h.id, h.person, h.post, h.manner, h.for_person, h.decision, h.from_day, h.until_day, p.name
FROM post_holding h JOIN person p ON p.id = h.person WHERE p.blocked_at = 0 AND p.kind = 'officer' ORDER BY h.person, h.id`

func (r reader) Holders(ctx context.Context) ([]account.HolderOf, error) {
	rows, err := r.q.Query(ctx, sqlHolders)
	return sqldb.Collect(rows, err, func(rows *sqldb.Rows) (x account.HolderOf, err error) {
		h := &x.Holding
		return x, rows.Scan(&h.ID, &h.Person, &h.Post, &h.Manner, &h.For, &h.Decision, &h.From, &h.Until, &x.Name)
	})
}

const sqlAddDelegation = `INSERT INTO delegation (` + delegationColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '') ON CONFLICT (id) DO NOTHING`

func (t tx) AddDelegation(ctx context.Context, d account.Delegation) (bool, error) {
	scope := make([]string, len(d.Scope))
	for i, p := range d.Scope {
		scope[i] = string(p)
	}
	n, err := t.t.Exec(ctx, sqlAddDelegation, d.ID, d.Post, d.Holder, d.Person, string(d.Manner), strings.Join(scope, " "), d.Reason, d.From, d.Until, d.By, d.ByPost, micros(d.Created))
	return n > 0, err
}

const sqlRevokeDelegation = `UPDATE delegation SET revoked_at = $2, revoker = $3 WHERE id = $1 AND revoked_at = 0`

func (t tx) RevokeDelegation(ctx context.Context, id, by string, now time.Time) (bool, error) {
	n, err := t.t.Exec(ctx, sqlRevokeDelegation, id, micros(now), by)
	return n > 0, err
}
