package accountweb

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

const pathDelegation = pathAccount + "/uy-quyen"

// delegable are the permissions that can be given one by one, in the order of the page.
var delegable = []access.Permission{
	access.DossierRead, access.DossierAccept, access.DossierIntake, access.DossierHandle, access.DossierAssign, access.DossierDecide, access.DossierResult, access.DossierReturn,
}

type delegationView struct {
	account.Signed
	rows   []component.Row
	posts  []component.Option
	people []component.Option
	rights []component.Option
	typed  map[string]string
	scope  []string
	errors formErrors
	may    bool // the post one acts in now is one's own
}

func (d door) showDelegation(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	v := delegationView{typed: map[string]string{}}
	return d.delegationPage(w, r, s, v, http.StatusOK)
}

func (d door) delegationPage(w http.ResponseWriter, r *http.Request, s account.Signed, v delegationView, status int) error {
	ctx := r.Context()
	v.Signed, v.may = s, s.Actor.Behalf == ""
	list, err := d.svc.Delegations(ctx, s.Person.ID)
	if err != nil {
		return err
	}
	today := d.svc.Today()
	for _, x := range list {
		v.rows = append(v.rows, d.delegationRow(ctx, s, x, today))
	}
	if v.may {
		colleagues, err := d.svc.Colleagues(ctx, s.Actor.Agency)
		if err != nil {
			return err
		}
		d.delegationChoices(ctx, &v, s, colleagues)
	}
	return web.Render(w, r, status, delegationPageBody(v))
}

// delegationChoices offers one's own posts of the agency, and to heads those of colleagues.
func (d door) delegationChoices(ctx context.Context, v *delegationView, s account.Signed, colleagues []account.Colleague) {
	head := s.Actor.May(access.DossierAssign) && (s.Actor.HasRole(access.RoleHead) || s.Actor.HasRole(access.RoleDivision))
	seen := map[string]bool{}
	for _, c := range colleagues {
		own := c.Person == s.Person.ID
		if own || head && (s.Actor.HasRole(access.RoleHead) || c.Unit != "" && c.Unit == s.Actor.Unit) {
			label, group := c.Title, lang.T(ctx, "delegation.own-posts")
			if !own {
				label, group = c.Title+" – "+c.Name, lang.T(ctx, "delegation.stand-in-posts")
			}
			v.posts = append(v.posts, component.Option{Value: c.Post + " " + c.Person, Label: label, Group: group})
		}
		if !own && !seen[c.Person] {
			seen[c.Person] = true
			v.people = append(v.people, component.Option{Value: c.Person, Label: c.Name + " – " + c.Title})
		}
	}
	slices.SortStableFunc(v.posts, func(a, b component.Option) int { return strings.Compare(a.Group, b.Group) })
	for _, p := range delegable {
		v.rights = append(v.rights, component.Option{Value: string(p), Label: lang.T(ctx, "delegation.right."+strings.TrimPrefix(string(p), "dossier."))})
	}
}

func (d door) delegationRow(ctx context.Context, s account.Signed, x account.Delegation, today string) component.Row {
	tone, state := component.Done, lang.T(ctx, "delegation.stands")
	last, _ := time.Parse(time.DateOnly, x.Until)
	switch {
	case !x.Revoked.IsZero():
		tone, state = component.Neutral, lang.T(ctx, "delegation.revoked", "when", when(ctx, x.Revoked))
	case today >= x.Until:
		tone, state = component.Neutral, lang.T(ctx, "delegation.over")
	case today < x.From:
		tone, state = component.Notice, lang.T(ctx, "delegation.coming")
	}
	manner := lang.T(ctx, "delegation.delegated")
	if x.Manner == account.StandIn {
		manner = lang.T(ctx, "delegation.stand-in")
	}
	scope := lang.T(ctx, "delegation.whole")
	if len(x.Scope) > 0 {
		words := make([]string, len(x.Scope))
		for i, p := range x.Scope {
			words[i] = lang.T(ctx, "delegation.right."+strings.TrimPrefix(string(p), "dossier."))
		}
		scope = strings.Join(words, ", ")
	}
	end := component.Cell{}
	if x.Revoked.IsZero() && today < x.Until && s.Actor.Behalf == "" && (x.Holder == s.Person.ID || x.By == s.Person.ID) {
		end.Content = revokeButton(x)
	}
	return component.Row{ID: x.ID, Cells: []component.Cell{
		{Text: d.svc.PostTitle(x.Post), Note: manner},
		{Text: x.HolderName},
		{Text: x.PersonName, Note: scope},
		{Text: day(ctx, x.From) + " – " + day(ctx, last.AddDate(0, 0, -1).Format(time.DateOnly)), Note: x.Reason},
		{Text: state, Chip: tone},
		end,
	}}
}

func (d door) delegate(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return account.ErrKeyNeeded
	}
	post, holder, _ := strings.Cut(f.Get("post"), " ")
	c := account.Delegating{Key: f.Key, Post: post, Holder: holder, To: f.Get("to"), Reason: f.Get("reason"), From: typedDay(f.Get("from")), Last: typedDay(f.Get("last"))}
	if f.Get("pham-vi") == "chon" {
		for _, p := range delegable {
			if slices.Contains(f.Values["scope"], string(p)) {
				c.Scope = append(c.Scope, p)
			}
		}
	}
	v := delegationView{typed: map[string]string{}, scope: f.Values["scope"]}
	for _, k := range []string{"post", "to", "reason", "from", "last", "pham-vi"} {
		v.typed[k] = f.Get(k)
	}
	if f.Get("pham-vi") == "chon" && len(c.Scope) == 0 {
		v.errors.add("scope", web.FieldText(r.Context(), fault.Field{Name: "scope", Code: "account.scope-not-held"}))
		return d.delegationPage(w, r, s, v, http.StatusUnprocessableEntity)
	}
	_, err = d.svc.Delegate(r.Context(), s, c, origin(r))
	if bad, ok := refusedForm(r.Context(), err); ok {
		v.errors = bad
		return d.delegationPage(w, r, s, v, web.Status(err))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, pathDelegation, "delegation.given")
}

func (d door) undelegate(w http.ResponseWriter, r *http.Request) error {
	s, err := signed(r)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if f.Key == "" {
		return account.ErrKeyNeeded
	}
	if err := d.svc.RevokeDelegation(r.Context(), s, r.PathValue("id"), origin(r)); err != nil {
		return err
	}
	return web.SeeOther(w, r, pathDelegation, "delegation.ended")
}

// typedDay reads a day as people write it; anything else stays and is refused by the rule.
func typedDay(s string) string {
	if t, ok := web.ReadDate(s); ok {
		return t.Format(time.DateOnly)
	}
	return s
}
