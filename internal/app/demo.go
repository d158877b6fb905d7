package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/pack/packcli"
	"github.com/motcua/motcua/packs"
)

// Demo is the demo province with its invented people. Its passwords are made for it and shown to everybody.
type Demo struct {
	Accounts []DemoAccount
}

// DemoAccount is an invented person anybody may sign in as.
type DemoAccount struct {
	Role     string `json:"role"`
	Name     string `json:"name"` // what is typed at sign-in
	Password string `json:"password"`
	Person   string `json:"person"` // name of the person
	Post     string `json:"post,omitempty"`
	Agency   string `json:"agency,omitempty"`
	More     bool   `json:"more,omitempty"` // of an agency that takes part beside the main ones
}

// demoFile keeps the demo's passwords between starts on the same folder.
const demoFile = "demo-accounts.json"

// demoSince is the day from which the demo province exists, so that its dossiers may have a history.
const demoSince = "2018-01-01"

// SetUpDemo brings the demo pack and its people into the province and tells how to sign in. On a folder that
// holds the demo already it only brings what the pack has anew.
func (a *App) SetUpDemo(ctx context.Context) error {
	p, problems := packcli.LoadChecked(packs.Demo())
	if len(problems) > 0 {
		return fmt.Errorf("demo pack: %s", problems[0])
	}
	batch := packcli.Batch(p)
	batch.Places = demoPlaces(p)
	batch.PublishNew = demoSince
	if _, err := a.catalog.Import(ctx, batch); err != nil {
		return fmt.Errorf("import the demo pack: %w", err)
	}
	// What a newer pack changes on an older demo stands from today on.
	if _, err := a.catalog.Publish(ctx, a.province.today()); err != nil {
		return fmt.Errorf("publish the demo pack: %w", err)
	}
	if err := a.demoSigning(a.province.Catalogue().Home(a.province.today()).Owner); err != nil {
		return err
	}
	known, err := a.readDemo()
	if err != nil {
		return err
	}
	a.cfg.Demo = &Demo{}
	var seeds []account.Seeded
	for _, person := range p.People {
		s := account.Seeded{Person: account.Person{ID: person.ID, Kind: account.Officer, Name: person.Name, SignIn: person.SignIn}}
		if c := person.Citizen; c != nil && len(person.Posts) == 0 {
			s.Kind, s.Number, s.Birth, s.Phone, s.Email, s.Address = account.Citizen, c.Number, c.Birth, c.Phone, c.Email, c.Address
		}
		for _, post := range person.Posts {
			s.Holdings = append(s.Holdings, account.Holding{Post: post})
		}
		role, post := demoRole(person)
		more := role == "" && person.Show && len(s.Holdings) > 0
		if more {
			post = person.Posts[0]
			x, _ := posts{a.province}.Post(post)
			role = x.Roles[0]
		}
		if role != "" {
			d := DemoAccount{Role: role, More: more, Name: person.SignIn, Person: person.Name, Password: known[person.SignIn]}
			if d.Password == "" {
				d.Password = account.NewPassword()
			}
			if post != "" {
				x, _ := posts{a.province}.Post(post)
				d.Post, d.Agency = x.Title, posts{a.province}.AgencyName(x.Agency)
			}
			s.Password = d.Password
			a.cfg.Demo.Accounts = append(a.cfg.Demo.Accounts, d)
		}
		seeds = append(seeds, s)
	}
	slices.SortStableFunc(a.cfg.Demo.Accounts, func(x, y DemoAccount) int {
		switch {
		case x.More != y.More && x.More:
			return 1
		case x.More != y.More:
			return -1
		case x.More:
			return 0 // as the pack has them: agency by agency
		}
		return slices.Index(demoRoles, x.Role) - slices.Index(demoRoles, y.Role)
	})
	if err := a.accounts.Seed(ctx, seeds); err != nil {
		return fmt.Errorf("demo people: %w", err)
	}
	if err := a.db.Trim(ctx); err != nil {
		return fmt.Errorf("after the demo pack: %w", err)
	}
	return a.writeDemo()
}

// demoPlaces are the invented province and its communes as administrative units, so that addresses can be
// given there. A real province brings them with the national list.
func demoPlaces(p *pack.Pack) []agency.Place {
	var out []agency.Place
	for _, x := range p.Agencies {
		name, ok := strings.CutPrefix(x.Name, "Ủy ban nhân dân ")
		if x.Place == "" || !ok {
			continue
		}
		first, size := utf8.DecodeRuneInString(name)
		name = string(unicode.ToUpper(first)) + name[size:]
		kind, _, _ := strings.Cut(name, " ")
		unit := agency.Place{Code: x.Place, Name: name, Kind: kind, From: demoSince}
		if x.Level == agency.Commune {
			unit.Parent = x.Place[:2] // codes of communes here begin with that of the province
		}
		out = append(out, unit)
	}
	return out
}

var demoRoles = []string{
	access.RoleCitizen, access.RoleReceiving, access.RoleOfficer, access.RoleDivision, access.RoleHead, access.RoleClerk, access.RoleControl, access.RoleAdmin,
}

// demoSignIns are the pack's people whose passwords are shown: their sign-in names begin with one of these, with
// nothing or "-xa" behind it, so that one dossier can be walked at a department and at a commune.
var demoSignIns = []string{"cong-dan", "mot-cua", "chuyen-vien", "truong-phong", "lanh-dao", "van-thu", "kiem-soat", "quan-tri"}

func demoRole(person pack.Person) (role, post string) {
	base := strings.TrimSuffix(strings.TrimSuffix(person.SignIn, "-xa"), "-phuong")
	i := slices.Index(demoSignIns, base)
	if i < 0 {
		return "", ""
	}
	if len(person.Posts) == 0 {
		return access.RoleCitizen, ""
	}
	return demoRoles[i], person.Posts[0]
}

func (a *App) readDemo() (map[string]string, error) {
	known := map[string]string{}
	raw, err := os.ReadFile(filepath.Join(a.cfg.Data, demoFile))
	if errors.Is(err, os.ErrNotExist) {
		return known, nil
	}
	if err != nil {
		return nil, fmt.Errorf("demo accounts: %w", err)
	}
	var accounts []DemoAccount
	if err := json.Unmarshal(raw, &accounts); err != nil {
		return nil, fmt.Errorf("demo accounts: %w", err)
	}
	for _, d := range accounts {
		known[d.Name] = d.Password
	}
	return known, nil
}

func (a *App) writeDemo() error {
	raw, err := json.MarshalIndent(a.cfg.Demo.Accounts, "", "  ")
	if err != nil {
		return fmt.Errorf("demo accounts: %w", err)
	}
	return os.WriteFile(filepath.Join(a.cfg.Data, demoFile), raw, 0o600)
}

// DemoAccounts lists how to sign in to the demo.
func (a *App) DemoAccounts() []DemoAccount {
	if a.cfg.Demo == nil {
		return nil
	}
	return a.cfg.Demo.Accounts
}
