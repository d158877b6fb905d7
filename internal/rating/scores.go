package rating

import (
	"context"
	"slices"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
)

// Store adds up what dossiers say.
type Store interface {
	// Agencies adds up what was resolved from an instant until another, agency by agency.
	Agencies(ctx context.Context, from, until time.Time) ([]Sums, error)
	// People adds up the same for the officers of one agency.
	People(ctx context.Context, a agency.ID, from, until time.Time) ([]Sums, error)
	// Rated lists ratings of an agency's dossiers, newest first.
	Rated(ctx context.Context, a agency.ID, from, until time.Time, limit int) ([]dossier.ReturnRow, error)
}

// reader loads a dossier with its comment.
type reader interface {
	Dossier(ctx context.Context, by access.Actor, id string) (*dossier.Dossier, []journal.Event, error)
}

// Scores is who scores how much in a period. Agencies are public; officers are for insiders.
type Scores struct {
	store    Store
	dossiers reader
	schemes  Schemes
	now      func() time.Time
}

// NewScores returns the service of scores.
func NewScores(store Store, dossiers reader, schemes Schemes, now func() time.Time) *Scores {
	return &Scores{store: store, dossiers: dossiers, schemes: schemes, now: now}
}

// Schemes are the methods scores are computed by.
func (s *Scores) Schemes() Schemes { return s.schemes }

// Score is an agency by both methods.
type Score struct {
	Sums Sums
	Nine Card
	Five []Mark
}

// FiveTotal is what the known criteria of NĐ 118 add up to, and the most they could, in hundredths of a point.
func (s Score) FiveTotal() (score, most int) {
	for _, m := range s.Five {
		if m.Known {
			score += m.Score
			most += 100 * m.Points
		}
	}
	return score, most
}

func (s *Scores) score(sums Sums) Score {
	return Score{Sums: sums, Nine: s.schemes.Nine.OfAgency(sums, nil), Five: s.schemes.Five.Of(sums)}
}

// Agencies scores every agency that resolved, handled or received a dossier of the period.
func (s *Scores) Agencies(ctx context.Context, p Period) ([]Score, error) {
	sums, err := s.store.Agencies(ctx, p.From.At(0), p.Until.At(0))
	if err != nil {
		return nil, err
	}
	out := make([]Score, len(sums))
	for i, x := range sums {
		out[i] = s.score(x)
	}
	return out, nil
}

// Agency scores one agency; all zero when nothing of the period concerns it.
func (s *Scores) Agency(ctx context.Context, p Period, id agency.ID) (Score, error) {
	all, err := s.Agencies(ctx, p)
	if err != nil {
		return Score{}, err
	}
	if i := slices.IndexFunc(all, func(x Score) bool { return x.Sums.Agency == id }); i >= 0 {
		return all[i], nil
	}
	return s.score(Sums{Agency: id}), nil
}

// Fewest is how many ratings an officer must have before anybody but procedure control sees what they say: from
// fewer it could be told who rated.
const Fewest = 5

// MayRead reports whether the actor may see the officers of an agency.
func MayRead(by access.Actor, id agency.ID) bool {
	return by.May(access.RatingRead) && (by.May(access.DossierReadAll) || by.Agency != "" && by.Agency == id)
}

// MayReadSingle reports whether the actor may see single ratings.
func MayReadSingle(by access.Actor) bool {
	return by.May(access.RatingRead) && by.May(access.DossierReadAll)
}

// People scores the officers of an agency. What fewer than Fewest people said about one is left out for all but
// procedure control.
func (s *Scores) People(ctx context.Context, by access.Actor, p Period, id agency.ID) ([]Card, error) {
	if !MayRead(by, id) {
		return nil, dossier.ErrNotFound
	}
	sums, err := s.store.People(ctx, id, p.From.At(0), p.Until.At(0))
	if err != nil {
		return nil, err
	}
	out := make([]Card, len(sums))
	for i, x := range sums {
		if !MayReadSingle(by) && x.Rated < Fewest {
			x.Agencies, x.Attitude, x.Very, x.Satisfied, x.Dissatisfied = Tally{}, Tally{}, 0, 0, 0
		}
		out[i] = s.schemes.Nine.OfOfficer(x)
	}
	return out, nil
}

// Single is one rating with what was written.
type Single struct {
	dossier.ReturnRow
	Comment string
}

// MostSingles is how many ratings are listed.
const MostSingles = 100

// Ratings lists what was said about the dossiers of an agency, newest first. It is for procedure control only.
func (s *Scores) Ratings(ctx context.Context, by access.Actor, p Period, id agency.ID) ([]Single, error) {
	if !MayReadSingle(by) {
		return nil, dossier.ErrNotFound
	}
	rows, err := s.store.Rated(ctx, id, p.From.At(0), p.Until.At(0), MostSingles)
	if err != nil {
		return nil, err
	}
	out := make([]Single, len(rows))
	for i, r := range rows {
		out[i] = Single{ReturnRow: r}
		if !r.Commented {
			continue
		}
		d, _, err := s.dossiers.Dossier(ctx, by, r.Case)
		if err != nil {
			return nil, err
		}
		if d.Rating != nil {
			out[i].Comment = d.Rating.Comment
		}
	}
	return out, nil
}
