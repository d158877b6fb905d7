package accountdb_test

import (
	"errors"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accounttest"
	"github.com/motcua/motcua/internal/agency"
)

// bureau is an office with a head (dung), the head of a division (duyen, who also handles) and officers.
func bureau(t *testing.T, body func(t *testing.T, o office)) {
	t.Helper()
	each(t, account.Config{}, func(t *testing.T, o office) {
		o.posts["giam-doc"] = seat("giam-doc", "so-xay-dung", "", access.RoleHead)
		o.posts["noi-khac"] = seat("noi-khac", "so-khac", "", access.RoleOfficer)
		if err := o.Seed(t.Context(), []account.Seeded{accounttest.Officer("dung", "giam-doc"), accounttest.Officer("binh", "noi-khac")}); err != nil {
			t.Fatal(err)
		}
		body(t, o)
	})
}

func (o office) in(name, post string) account.Signed {
	o.t.Helper()
	s := o.signIn(name)
	if s.Actor.Post == post {
		return s.Signed
	}
	token, err := o.SwitchPost(o.t.Context(), s.Signed, post, desk)
	if err != nil {
		o.t.Fatal(err)
	}
	return o.wantIn(token)
}

func week(post, to string) account.Delegating {
	return account.Delegating{Post: post, To: to, Reason: "Đi công tác", From: "2026-03-02", Last: "2026-03-06"}
}

func TestADelegatedPostIsActedInOnBehalfUntilItEnds(t *testing.T) {
	bureau(t, func(t *testing.T, o office) {
		duyen := o.in("duyen", "truong")
		tam := o.signIn("tam")
		d, err := o.Delegate(t.Context(), duyen, week("truong", "p-tam"), desk)
		if err != nil {
			t.Fatal(err)
		}
		s := o.wantIn(tam.Token)
		if len(s.Posts) != 2 || s.Posts[1].Post != "truong" || s.Posts[1].Manner != account.Delegated || s.Actor.Post != "mot-cua" || len(s.Acting) != 2 {
			t.Fatalf("tam has %+v and acts as %+v", s.Posts, s.Actor)
		}
		token, err := o.SwitchPost(t.Context(), s, "truong", desk)
		if err != nil {
			t.Fatal(err)
		}
		s = o.wantIn(token)
		if s.Actor.Person != "p-tam" || s.Actor.Behalf != "p-duyen" || !s.Actor.May(access.DossierAssign) {
			t.Errorf("acts as %+v", s.Actor)
		}
		if _, err := o.Delegate(t.Context(), s, week("truong", "p-dung"), desk); !errors.Is(err, account.ErrNotDelegable) {
			t.Errorf("a delegated post was passed on: %v", err)
		}
		if err := o.RevokeDelegation(t.Context(), s, d.ID, desk); !errors.Is(err, account.ErrNoDelegation) {
			t.Errorf("revoked while acting on behalf: %v", err)
		}
		if err := o.RevokeDelegation(t.Context(), duyen, d.ID, desk); err != nil {
			t.Fatal(err)
		}
		if s = o.wantIn(token); s.Actor.Post != "" || len(s.Actor.Rights) != 0 || !s.Choose || len(s.Acting) != 0 {
			t.Errorf("after it was revoked tam acts as %+v", s.Actor)
		}
		if got := o.history("p-tam"); got[0] != account.EventUndelegated {
			t.Errorf("the history says %v", got)
		}
		if _, err := o.SwitchPost(t.Context(), s, "truong", desk); !errors.Is(err, account.ErrPostNotHeld) {
			t.Errorf("changed to a revoked post: %v", err)
		}
	})
}

func TestADelegationEndsAtMidnightAndWithItsHolder(t *testing.T) {
	bureau(t, func(t *testing.T, o office) {
		if _, err := o.Delegate(t.Context(), o.in("duyen", "truong"), week("truong", "p-tam"), desk); err != nil {
			t.Fatal(err)
		}
		o.in("tam", "truong")
		if err := o.Appoint(t.Context(), account.Holding{ID: "p-duyen:truong", Person: "p-duyen", Post: "truong", Manner: account.Appointed, Until: "2026-03-02"}); err != nil {
			t.Fatal(err)
		}
		o.Forget()
		if s := o.signIn("tam"); len(s.Posts) != 1 {
			t.Errorf("the holder lost the post, tam still has %v", s.Posts)
		}
		if err := o.Appoint(t.Context(), account.Holding{ID: "p-duyen:truong", Person: "p-duyen", Post: "truong", Manner: account.Appointed}); err != nil {
			t.Fatal(err)
		}
		o.Forget()
		if s := o.signIn("tam"); len(s.Posts) != 2 {
			t.Errorf("tam has %v", s.Posts)
		}
		o.clock.Set(time.Date(2026, 3, 6, 17, 0, 1, 0, time.UTC)) // 00:00:01 on 7 March
		if s := o.signIn("tam"); len(s.Posts) != 1 || s.Actor.Post != "mot-cua" {
			t.Errorf("after its last day tam has %v", s.Posts)
		}
	})
}

func TestADelegationGivesNoMoreThanIsHeld(t *testing.T) {
	bureau(t, func(t *testing.T, o office) {
		duyen := o.in("duyen", "truong")
		c := week("truong", "p-tam")
		c.Scope = []access.Permission{access.DossierDecide}
		if _, err := o.Delegate(t.Context(), duyen, c, desk); !errors.Is(err, account.ErrInvalid) {
			t.Errorf("a right beyond the post's was given: %v", err)
		}
		c.Scope = []access.Permission{access.DossierRead}
		if _, err := o.Delegate(t.Context(), duyen, c, desk); err != nil {
			t.Fatal(err)
		}
		if s := o.in("tam", "truong"); s.Actor.May(access.DossierAssign) || !s.Actor.May(access.DossierRead) {
			t.Errorf("given to read, tam may %v", s.Actor.Rights)
		}
		for name, c := range map[string]account.Delegating{
			"to somebody of another agency": week("truong", "p-binh"),
			"to oneself":                    week("truong", "p-duyen"),
			"to nobody":                     week("truong", "p-khong-co"),
			"without a reason":              {Post: "truong", To: "p-tam", From: "2026-03-02", Last: "2026-03-06"},
			"for years":                     {Post: "truong", To: "p-tam", Reason: "x", From: "2026-03-02", Last: "2028-03-06"},
			"until yesterday":               {Post: "truong", To: "p-tam", Reason: "x", From: "2026-02-02", Last: "2026-03-01"},
			"on no day":                     {Post: "truong", To: "p-tam", Reason: "x", From: "mai", Last: "kia"},
		} {
			if _, err := o.Delegate(t.Context(), duyen, c, desk); !errors.Is(err, account.ErrInvalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := o.Delegate(t.Context(), duyen, week("giam-doc", "p-tam"), desk); !errors.Is(err, account.ErrNotDelegable) {
			t.Errorf("another's post was given: %v", err)
		}
	})
}

func TestAHeadNamesWhoStandsInForTheAbsent(t *testing.T) {
	bureau(t, func(t *testing.T, o office) {
		o.posts["giam-doc"] = seat("giam-doc", "so-xay-dung", "", access.RoleHead, access.RoleDivision) // the test's heads may assign
		dung, duyen := o.in("dung", "giam-doc"), o.in("duyen", "truong")
		c := week("mot-cua", "p-duyen")
		c.Holder = "p-tam"
		if _, err := o.Delegate(t.Context(), duyen, c, desk); !errors.Is(err, account.ErrNotDelegable) {
			t.Errorf("the head of a division gave a post of another unit: %v", err)
		}
		if _, err := o.Delegate(t.Context(), o.in("duyen", "thu-ly"), c, desk); !errors.Is(err, account.ErrNotDelegable) {
			t.Errorf("an officer gave another's post: %v", err)
		}
		c.Key = "mot-lan"
		for range 2 {
			if _, err := o.Delegate(t.Context(), dung, c, desk); err != nil {
				t.Fatal(err)
			}
		}
		list, err := o.Delegations(t.Context(), "p-tam")
		if err != nil || len(list) != 1 || list[0].Manner != account.StandIn || list[0].By != "p-dung" || list[0].Holder != "p-tam" {
			t.Fatalf("%+v %v", list, err)
		}
		if s := o.in("duyen", "mot-cua"); s.Actor.Behalf != "p-tam" || !s.Actor.May(access.DossierAccept) {
			t.Errorf("duyen acts as %+v", s.Actor)
		}
		if err := o.RevokeDelegation(t.Context(), o.in("binh", "noi-khac"), list[0].ID, desk); !errors.Is(err, account.ErrNoDelegation) {
			t.Errorf("a stranger revoked it: %v", err)
		}
		if err := o.RevokeDelegation(t.Context(), o.in("tam", "mot-cua"), list[0].ID, desk); err != nil {
			t.Errorf("the holder could not end it: %v", err)
		}
	})
}

func seat(id string, at agency.ID, unit string, roles ...string) agency.Post {
	return agency.Post{ID: id, Agency: at, Unit: unit, Title: id, Roles: roles}
}
