package dossier_test

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/dossier/dossiertest"
	"github.com/motcua/motcua/internal/journal"
)

// life is a random life and what must be true of it.
type life struct{ *dossiertest.Lived }

// after lists what may follow the end of a dossier.
var after = []string{
	dossier.EventErased, dossier.EventCorrectionOpened, dossier.EventReissued, dossier.EventLatenessExplained,
}

// holds checks what must be true of any dossier at any time.
func (l life) holds() {
	l.T.Helper()
	count := map[string]int{}
	for i, e := range l.Log {
		count[e.Kind]++
		if i == 0 {
			continue
		}
		switch before := l.Log[i-1].Kind; before {
		case dossier.EventReturned, dossier.EventRefused, dossier.EventWithdrawn, dossier.EventStopped, dossier.EventClosed:
			if !slices.Contains(after, e.Kind) {
				l.T.Fatalf("%s after %s", e.Kind, before)
			}
		case dossier.EventErased:
			l.T.Fatalf("%s after the personal data was erased", e.Kind)
		}
	}
	for _, kind := range []string{
		dossier.EventSubmitted, dossier.EventAccepted, dossier.EventRefused, dossier.EventResolved, dossier.EventErased,
		dossier.EventApologised, dossier.EventWithdrawn, dossier.EventStopped, dossier.EventClosed,
	} {
		if count[kind] > 1 {
			l.T.Fatalf("%d times %s", count[kind], kind)
		}
	}
	if (l.D.Code != "") != (count[dossier.EventAccepted] == 1) || l.D.Accepted() != (l.D.Code != "") {
		l.T.Fatalf("code %q with %d acceptances", l.D.Code, count[dossier.EventAccepted])
	}
	l.clock()
	l.legs()
}

// clock checks the promise: it is the pinned limit counted from acceptance or the last completion, in the
// pinned calendar, and stands while the applicant completes the file.
func (l life) clock() {
	l.T.Helper()
	if l.D.Accepted() && l.D.ResolvedAt.IsZero() && !l.D.Status.Ended() {
		// Whatever happened, the date in force is what the base instant and the list of acts give.
		due, err := l.D.Clock.Due(l.Facts().Clock)
		if err != nil {
			l.T.Fatal(err)
		}
		if l.D.Standing() != due.At.IsZero() || !l.D.DueAt().Equal(due.At) && !due.At.IsZero() {
			l.T.Fatalf("due %s, the clock says %s (%+v)", l.D.DueAt(), due.At, l.D.Clock)
		}
	}
	if l.D.Status == dossier.Processing && len(l.D.Pauses)+len(l.D.Obligations)+len(l.D.Apologies) == 0 {
		base := l.D.AcceptedAt
		for _, s := range l.D.Supplements {
			if s.Stage == dossier.AtAppraisal && !s.Completed.IsZero() {
				base = s.Completed
			}
		}
		limit, err := deadline.ParseLimit(l.D.Limit)
		if err != nil {
			l.T.Fatalf("pinned limit %q: %v", l.D.Limit, err)
		}
		want, err := deadline.At(base, limit, l.Facts().Clock)
		if err != nil {
			l.T.Fatal(err)
		}
		if got := l.D.DueAt(); !got.Equal(want) {
			l.T.Fatalf("due %s, but %s from %s is %s", got, l.D.Limit, base, want)
		}
	}
	if l.D.Paused() != nil && !l.D.Standing() {
		l.T.Fatal("paused, and the clock runs")
	}
	if l.D.Status == dossier.SupplementRequested && !l.D.DueAt().IsZero() {
		l.T.Fatalf("the clock runs to %s while the applicant completes the file", l.D.DueAt())
	}
	if l.D.Accepted() && l.D.Limit != "same-visit" && l.D.FirstDue.IsZero() {
		l.T.Fatal("accepted, and no date was promised")
	}
}

// legs checks the control slip: the time between submission and now, or the end, is held by somebody
// without gap or overlap.
func (l life) legs() {
	l.T.Helper()
	at := l.D.SubmittedAt
	var sum time.Duration
	for i, leg := range l.D.Legs {
		if leg.Title == "Đính chính kết quả" {
			sum += leg.From.Sub(at) // nobody held it between the return and the correction
			at = leg.From
		}
		if !leg.From.Equal(at) {
			l.T.Fatalf("leg %d (%s) begins at %s, the one before ended at %s", i, leg.Step, leg.From, at)
		}
		if leg.Until.IsZero() {
			if i < len(l.D.Legs)-1 || l.D.Status.Ended() {
				l.T.Fatalf("leg %d of %d is open in state %s", i, len(l.D.Legs), l.D.Status)
			}
			continue
		}
		sum += leg.Until.Sub(leg.From)
		at = leg.Until
	}
	if want := at.Sub(l.D.SubmittedAt); sum != want {
		l.T.Fatalf("legs sum to %s of %s", sum, want)
	}
}

// Ten thousand lives, each in a calendar of its own.
func TestRandomCommandsNeverBreakADossier(t *testing.T) {
	reached := map[dossier.Status]int{}
	for range 100 {
		rapid.Check(t, func(t *rapid.T) {
			l := life{dossiertest.Begin(t, "case", "H99.02-260302-0001")}
			for range rapid.IntRange(1, 150).Draw(t, "commands") {
				l.Pass(t)
				l.holds()
				reached[l.D.Status]++
			}
			again, err := dossier.Fold(l.Log)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(again, l.D) {
				t.Fatalf("folded again it is another dossier:\n%+v\n%+v", again, l.D)
			}
		})
	}
	for _, s := range dossier.Statuses {
		if reached[s] == 0 {
			t.Errorf("no run reached %s: the commands are too tame to prove anything (%v)", s, reached)
		}
	}
}

func TestAJournalThatWasRearrangedIsNotFolded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := life{dossiertest.Begin(t, "case", "H99.02-260302-0001")}
		for range 25 {
			l.Now = l.Now.Add(time.Hour)
			l.Command()
		}
		if len(l.Log) < 3 {
			return
		}
		log := slices.Clone(l.Log)
		i := rapid.IntRange(0, len(log)-2).Draw(t, "at")
		switch rapid.SampledFrom([]string{"dropped", "swapped", "doubled"}).Draw(t, "how") {
		case "dropped":
			log = slices.Delete(log, i, i+1)
		case "swapped":
			log[i], log[i+1] = log[i+1], log[i]
		case "doubled":
			log = slices.Insert(log, i+1, log[i])
		}
		if _, err := dossier.Fold(log); !errors.Is(err, dossier.ErrFold) {
			t.Fatalf("folded all the same: %v", err)
		}
	})
}

func TestASecondAcceptanceIsNotFoldedEvenWhenItsChainIsRight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := life{dossiertest.Begin(t, "case", "H99.02-260302-0001")}
		e, err := l.D.Accept(l.Facts(), l.W.In("cb-mot-cua"), "H99.02-260302-0001", "10wd")
		if err != nil {
			t.Fatal(err)
		}
		l.Keep(e)
		for range rapid.IntRange(0, 10).Draw(t, "commands") {
			l.Now = l.Now.Add(time.Hour)
			l.Command()
		}
		forged, err := journal.Link(e, "case", l.D.Version+1, l.D.Head)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.D.Clone().Apply(forged); !errors.Is(err, dossier.ErrFold) {
			t.Fatalf("accepted twice: %v", err)
		}
	})
}
