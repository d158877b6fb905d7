package app

import (
	"context"
	"fmt"

	"github.com/motcua/motcua/internal/codelist"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/lang"
)

// codes reads the register of shared codes from what is published.
func (a *App) codes(ctx context.Context) (*codelist.Register, error) {
	places, err := a.catalog.Places(ctx)
	if err != nil {
		return nil, err
	}
	var states []codelist.Entry
	for _, s := range dossier.Statuses {
		states = append(states, codelist.Entry{Code: string(s), Name: lang.Text(lang.VI, "status."+string(s)), NameEn: lang.Text(lang.EN, "status."+string(s))})
	}
	return codelist.Read(a.province.Catalogue(), places, states, a.province.today()), nil
}

// codesVersion names what the register says: the revisions of the catalogue and of the units, and the day. While the
// database is away it is what it was.
func (a *App) codesVersion(ctx context.Context) (string, error) {
	published, places, err := a.catalog.Revisions(ctx)
	if last := a.codesRevision.Load(); err != nil && last != nil {
		published, places = last[0], last[1]
	} else if err != nil {
		return "", err
	} else {
		a.codesRevision.Store(&[2]int64{published, places})
	}
	return fmt.Sprintf("%d.%d.%s", published, places, a.province.today()), nil
}
