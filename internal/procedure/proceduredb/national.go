package proceduredb

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/sqldb"
)

const selectAllSaid = `SELECT code, origin, content FROM procedure_seen ORDER BY code, origin`

// National returns what national lists said last about each procedure, by code: what packs and the studio say of the same
// code is not in it.
func (s *Store) National(ctx context.Context) ([]*procedure.Version, error) {
	type said struct {
		code, origin string
		*procedure.Version
	}
	rows, err := s.db.Query(ctx, selectAllSaid)
	all, err := sqldb.Collect(rows, err, func(r *sqldb.Rows) (x said, err error) {
		var content string
		if err := r.Scan(&x.code, &x.origin, &content); err != nil {
			return x, err
		}
		if x.origin == originStudio || strings.HasPrefix(x.origin, "pack:") {
			return x, nil
		}
		x.Version = &procedure.Version{}
		return x, json.Unmarshal([]byte(content), x.Version)
	})
	if err != nil {
		return nil, fmt.Errorf("read what national lists said: %w", err)
	}
	var out []*procedure.Version
	for _, x := range all {
		switch {
		case x.Version == nil:
		case len(out) > 0 && out[len(out)-1].Code == x.code:
			out[len(out)-1] = out[len(out)-1].Over(x.Version)
		default:
			out = append(out, x.Version)
		}
	}
	return out, nil
}
