package packs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
	"github.com/motcua/motcua/packs"
)

func load(t *testing.T) *pack.Pack {
	t.Helper()
	p, problems := pack.Load(packs.Demo())
	for _, pr := range problems {
		t.Fatal(pr)
	}
	return p
}

func TestTheDemoProvinceIsAsLargeAsPromised(t *testing.T) {
	p := load(t)
	forms, processes := map[string]bool{}, map[string]bool{}
	shapes, online := map[string]int{}, 0
	for _, v := range p.Procedures {
		if v.Online == "full" || v.Online == "partial" {
			online++
		}
		forms[v.Form], processes[v.Process] = true, true
		if v.SameVisit {
			shapes["same visit"]++
		}
		if len(v.Competent) > 1 {
			shapes["several agencies to choose from"]++
		}
		if groups := groupsOf(v); groups > 1 {
			shapes["papers by case"]++
		}
		for _, c := range v.Channels {
			for _, l := range c.Limits {
				shapes[strings.TrimLeft(l.Limit, "0123456789.")]++
			}
			for _, f := range c.Fees {
				if f.Amount > 0 {
					shapes["fee"]++
				}
			}
		}
	}
	if len(p.Agencies) != 31 || online != 353 || len(forms) < 45 || len(processes) < 35 {
		t.Errorf("%d agencies, %d procedures online, %d forms and %d processes in use", len(p.Agencies), online, len(forms), len(processes))
	}
	for _, want := range []string{"same visit", "several agencies to choose from", "papers by case", "fee", "wh", "wd", "d"} {
		if shapes[want] == 0 {
			t.Errorf("no procedure has %s", want)
		}
	}
}

func groupsOf(v *procedure.Version) int {
	groups := map[string]bool{}
	for _, c := range v.Components {
		groups[c.Group] = true
	}
	return len(groups)
}

// The accounts that the demo prints must be able to bring a dossier from reception to return by themselves.
func TestTheMainAccountsWalkADossierToItsEnd(t *testing.T) {
	p := load(t)
	cat := p.Catalogue()
	posts := map[string]agency.Post{}
	for _, q := range p.Posts {
		posts[q.ID] = q
	}
	for _, c := range []struct {
		name, code string
		resolver   agency.ID
		signIns    []string
	}{
		{"at a department", "1.012906", "so-xay-dung", []string{"mot-cua", "truong-phong", "chuyen-vien", "lanh-dao", "van-thu"}},
		{"at a commune, the same day", "1.001193", "ubnd-phuong-ben-nua", []string{"mot-cua-phuong", "chuyen-vien-phuong", "lanh-dao-phuong", "van-thu-phuong"}},
		{"at a commune, with a division", "1.013227", "ubnd-phuong-ben-nua", []string{"mot-cua-phuong", "truong-phong-phuong", "chuyen-vien-phuong", "lanh-dao-phuong", "van-thu-phuong"}},
		{"while the person waits", "2.000815", "ubnd-phuong-ben-nua", []string{"mot-cua-phuong", "chuyen-vien-phuong", "lanh-dao-phuong"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := cat.Version(c.code, "2026-11-20")
			if err != nil {
				t.Fatal(err)
			}
			offer := cat.OfferOf(v, "2026-11-20")
			if !slices.Contains(offer.Agencies, c.resolver) {
				t.Fatalf("%s does not resolve %s", c.resolver, c.code)
			}
			for _, s := range offer.Process.Value.Steps {
				at := agency.ID(s.At)
				switch s.At {
				case workflow.AtCompetent:
					at = c.resolver
				case workflow.AtDesk:
					at = cat.Tree().DeskOf(c.resolver, "2026-11-20")
				}
				if !holds(p, posts, c.signIns, at, s.Unit, s.Role) {
					t.Errorf("none of %v holds step %s (%s at %s)", c.signIns, s.ID, s.Role, at)
				}
			}
		})
	}
	signIns := map[string]bool{}
	for _, x := range p.People {
		signIns[x.SignIn] = true
	}
	for _, want := range []string{"cong-dan", "mot-cua", "chuyen-vien", "truong-phong", "lanh-dao", "van-thu", "kiem-soat", "quan-tri"} {
		if !signIns[want] {
			t.Errorf("nobody signs in as %s", want)
		}
	}
}

func holds(p *pack.Pack, posts map[string]agency.Post, signIns []string, at agency.ID, unit, role string) bool {
	for _, x := range p.People {
		if !slices.Contains(signIns, x.SignIn) {
			continue
		}
		for _, id := range x.Posts {
			q := posts[id]
			if q.Agency == at && (unit == "" || q.Unit == unit) && slices.Contains(q.Roles, role) {
				return true
			}
		}
	}
	return false
}

func TestNobodyInTheDemoCanBeReached(t *testing.T) {
	p := load(t)
	for _, x := range p.People {
		if c := x.Citizen; c != nil && (!strings.HasPrefix(c.Phone, "0900000") || !strings.HasSuffix(c.Email, ".example")) {
			t.Errorf("%s has a phone or mailbox that may be somebody's: %s %s", x.SignIn, c.Phone, c.Email)
		}
	}
	for _, a := range p.Agencies {
		if a.Phone != "" && !strings.HasPrefix(a.Phone, "0900000") || a.Email != "" && !strings.HasSuffix(a.Email, ".example") {
			t.Errorf("%s has a phone or mailbox that may be somebody's: %s %s", a.ID, a.Phone, a.Email)
		}
		// Codes of real provinces end at 96, those of communes far below 97000: ours is never taken for one.
		if a.Place != "" && !strings.HasPrefix(a.Place, "97") {
			t.Errorf("%s claims the unit %s", a.ID, a.Place)
		}
	}
}

func TestEveryRoleHasSomebody(t *testing.T) {
	p := load(t)
	for _, role := range []string{
		access.RoleReceiving, access.RoleOfficer, access.RoleDivision, access.RoleHead, access.RoleClerk, access.RoleControl, access.RoleAdmin,
	} {
		found := false
		for _, x := range p.People {
			for _, q := range p.Posts {
				found = found || slices.Contains(x.Posts, q.ID) && slices.Contains(q.Roles, role)
			}
		}
		if !found {
			t.Errorf("nobody holds a post with the role %s", role)
		}
	}
}

// A step whose holder lacks the right to its acts would keep dossiers for ever.
func TestEveryStepIsHeldByARoleThatMayDoItsActs(t *testing.T) {
	p := load(t)
	needs := map[workflow.Meaning]access.Permission{
		workflow.Forward: access.DossierHandle, workflow.SubmitUp: access.DossierHandle, workflow.SendBack: access.DossierHandle, workflow.Answer: access.DossierHandle,
		workflow.Assign: access.DossierAssign, workflow.Approve: access.DossierDecide, workflow.Decline: access.DossierDecide,
		workflow.Result: access.DossierResult, workflow.Hand: access.DossierReturn, workflow.Complete: access.DossierReturn,
	}
	for _, w := range p.Processes {
		w.Each(func(at string, s *workflow.Step) {
			for _, a := range s.Actions {
				if right := needs[a.Means]; !slices.Contains(p.Rights[s.Role], string(right)) {
					t.Errorf("%s: %s cannot %s in step %s without %s", w.ID, s.Role, a.ID, at, right)
				}
			}
		})
	}
}

// Every form can be completed, whichever way its choices go.
func TestEveryFormCanBeAnswered(t *testing.T) {
	p := load(t)
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.FixedZone("ICT", 7*60*60))
	for _, f := range p.Forms {
		c, err := eform.Compile(*f)
		if err != nil {
			t.Fatal(err)
		}
		for way := range 6 {
			a := answerer{now: now, way: way, answers: map[string]any{}}
			for _, s := range f.Layout.Sections {
				if a.holds(s.When, nil) {
					a.fields(s.Fields, schemaOf(t, f), a.answers, nil)
				}
			}
			for _, bad := range c.Validate("", eform.Answers(a.answers), eform.Given{Now: now}) {
				t.Errorf("%s, way %d: %s: %s %v", f.ID, way, bad.Name, bad.Code, bad.Args)
			}
			if s := c.Subject(a.answers); s.Name == "" {
				t.Errorf("%s, way %d: the answers do not say whose dossier it is", f.ID, way)
			}
		}
		if empty := c.Validate("", eform.Answers{}, eform.Given{Now: now}); len(empty) == 0 {
			t.Errorf("%s accepts an empty answer", f.ID)
		} else if fmt.Sprint(empty[0].Name) == "" {
			t.Errorf("%s does not say which field is missing first", f.ID)
		}
	}
}
