package dossierdb

import (
	"context"
	"fmt"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/sqldb"
)

// sqlOpenOf walks the scope of one agency state by state: what has ended in ten years is not read.
const sqlOpenOf = `SELECT d.id, d.code, d.ref, d.procedure, d.desk, d.competent, d.holder_agency, d.holder_unit, d.holder_role, d.holder_post
	FROM case_scope s JOIN dossier d ON d.id = s.case_id
	WHERE s.scope = $1 AND s.status = $2 AND d.ended_at = 0`

// OpenOf hands over the rows of every dossier that has not ended and in which the agency takes part or took part. Only what
// says where they are is filled in.
func (s *Store) OpenOf(ctx context.Context, of agency.ID, visit func(dossier.Row) error) error {
	for _, status := range dossier.Statuses {
		if status.Ended() {
			continue
		}
		rows, err := s.db.Query(ctx, sqlOpenOf, string(of), string(status))
		all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x dossier.Row, err error) {
			var desk, competent, holder string
			err = r.Scan(&x.ID, &x.Code, &x.Ref, &x.Procedure, &desk, &competent, &holder, &x.Holder.Unit, &x.Holder.Role, &x.Holder.Post)
			x.Desk, x.Competent, x.Status = agency.ID(desk), agency.ID(competent), status
			x.Holder = casefile.Holder{Agency: agency.ID(holder), Unit: x.Holder.Unit, Role: x.Holder.Role, Post: x.Holder.Post}
			return x, err
		})
		if err != nil {
			return fmt.Errorf("list open dossiers of an agency: %w", err)
		}
		for _, x := range all {
			if err := visit(x); err != nil {
				return err
			}
		}
	}
	return nil
}
