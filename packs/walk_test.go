package packs_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/journal"
	"github.com/motcua/motcua/internal/law"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

const walkDay = "2026-03-16" // a Monday with no holiday near

// walker brings one dossier through its process by people in the posts of the pack.
type walker struct {
	t    *testing.T
	p    *pack.Pack
	tree *agency.Tree
	f    dossier.Facts
	d    *dossier.Dossier
	used map[string]bool // acts that were carried out, by process
}

// in returns somebody in a post that holds the work.
func (w *walker) in(h casefile.Holder) access.Actor {
	posts := w.tree.Holders(h.Agency, h.Unit, h.Role, walkDay)
	if len(posts) == 0 {
		w.t.Fatalf("%s: nobody holds %+v", w.f.Procedure.Code, h)
	}
	q := posts[0]
	for _, x := range posts {
		if x.ID == h.Post {
			q = x
		}
	}
	a := access.Actor{Person: "person-" + q.ID, Name: q.Title, Post: q.ID, PostTitle: q.Title, Agency: q.Agency, Unit: q.Unit, Roles: q.Roles, Rights: access.Rights{}}
	for _, role := range q.Roles {
		for _, right := range w.p.Rights[role] {
			a.Rights[access.Permission(right)] = true
		}
	}
	return a
}

func (w *walker) record(events []journal.Event, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%s, step %s: %v", w.f.Procedure.Code, w.d.Step, err)
	}
	for _, e := range events {
		e.Seq = w.d.Version + 1
		if err := w.d.Apply(e); err != nil {
			w.t.Fatalf("%s: %v", w.f.Procedure.Code, err)
		}
	}
}

func (w *walker) submit(v *procedure.Version, offer procedure.Offer, resolver agency.ID) {
	var papers []dossier.Paper
	for _, c := range v.Components {
		papers = append(papers, dossier.Paper{Component: c.ID, Name: c.Name, Type: "pdf", Size: 1, Hash: fmt.Sprintf("%064d", 1)})
	}
	e, err := dossier.Submit(w.f, access.Actor{Person: "cong-dan", Citizen: true}, dossier.Submission{
		Channel: v.Channels[0].Kind, Desk: w.tree.DeskOf(resolver, walkDay), Competent: resolver, Papers: papers,
		Form:    dossier.Pin{ID: offer.Form.ID, Digest: offer.Form.Digest},
		Process: dossier.Pin{ID: offer.Process.ID, Digest: offer.Process.Digest},
		Owner:   dossier.Party{Name: "Nguyễn Văn An"}, Answers: json.RawMessage(`{}`),
	})
	w.record([]journal.Event{e}, err)
	e, err = w.d.Accept(w.f, w.in(w.d.Holder), "H99-260316-0001", "")
	w.record([]journal.Event{e}, err)
}

// step carries out one of the acts that the screen would offer, at one of the agencies that have the file: one not
// tried yet, else any, else the usual one.
func (w *walker) step(n int, rnd *rand.Rand) {
	work := slices.DeleteFunc(w.d.Work(), func(s dossier.Standing) bool { return s.Waits })
	if len(work) == 0 {
		w.t.Fatalf("%s: everybody waits for somebody: %+v", w.f.Procedure.Code, w.d.Work())
	}
	at := work[rnd.IntN(len(work))]
	by := w.in(at.Holder)
	var acts []dossier.Act
	for _, a := range w.d.Next(w.f, by) {
		if a.Means != "" && a.Token == at.Token {
			acts = append(acts, a)
		}
	}
	if len(acts) == 0 {
		w.t.Fatalf("%s: %s can do nothing in step %s", w.f.Procedure.Code, by.Post, at.Step)
	}
	key := func(a dossier.Act) string { return w.f.Process.ID + "/" + at.Step + "/" + a.ID }
	a := acts[0]
	if n < 40 {
		a = acts[rnd.IntN(len(acts))]
		if i := slices.IndexFunc(acts, func(a dossier.Act) bool { return !w.used[key(a)] }); i >= 0 {
			a = acts[i]
		}
	}
	c := dossier.ActCommand{Action: a.ID, Note: "Đã xem xét", Token: at.Token}
	if a.Post {
		c.Post = w.in(casefile.Holder{Agency: a.Holder.Agency, Unit: a.Holder.Unit, Role: a.Holder.Role}).Post
	}
	if a.Result {
		c.Result = dossier.Result{Number: "01/KQ", Name: w.f.Procedure.Results[0].Name}
	}
	w.used[key(a)] = true
	w.record(w.d.Act(w.f, by, c))
}

// Every way through every process ends with the result in the applicant's hands, and every act that a process
// offers can be carried out by the people of the province.
func TestEveryProcedureCanBeCarriedOut(t *testing.T) {
	p := load(t)
	cat := p.Catalogue()
	used := map[string]bool{}
	for _, v := range p.Procedures {
		offer := cat.OfferOf(v, walkDay)
		for i, resolver := range offer.Agencies {
			for way := range uint64(4) {
				now := time.Date(2026, 3, 16, 8, 0, 0, 0, calendar.Zone)
				clock := deadline.Env{Calendar: calendar.Civil, Office: calendar.StandardOffice}
				w := walker{t: t, p: p, tree: cat.Tree(), d: &dossier.Dossier{}, used: used, f: dossier.Facts{
					Now: now, Rules: law.At(calendar.DateOf(now)), Clock: clock, DeskClock: clock, Procedure: *v, Process: *offer.Process.Value,
				}}
				w.submit(v, offer, resolver)
				rnd := rand.New(rand.NewPCG(uint64(i), way))
				for n := 0; !w.d.Status.Ended(); n++ {
					if n > 80 {
						t.Fatalf("%s at %s never ends", v.Code, resolver)
					}
					w.step(n, rnd)
				}
				if w.d.Status != dossier.Returned {
					t.Errorf("%s at %s ends as %s", v.Code, resolver, w.d.Status)
				}
			}
		}
	}
	for _, q := range p.Processes {
		q.Each(func(at string, s *workflow.Step) {
			for _, a := range s.Actions {
				if !used[q.ID+"/"+at+"/"+a.ID] {
					t.Errorf("act %s of step %s in process %s was never reached", a.ID, at, q.ID)
				}
			}
		})
	}
}
