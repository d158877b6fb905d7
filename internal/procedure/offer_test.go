package procedure

import (
	"errors"
	"testing"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/deadline"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/workflow"
)

func sample() *Catalogue {
	v := func(code string, number int, from, until string, set func(*Version)) *Version {
		v := &Version{Code: code, Number: number, From: from, Until: until, Name: "Thủ tục " + code, Sector: "Hộ tịch", Ministry: "Bộ Tư pháp"}
		if set != nil {
			set(v)
		}
		v.Digest = v.Sum()
		return v
	}
	return NewCatalogue(Content{
		Revision: 3,
		Versions: []*Version{
			v("1.000001", 1, "2025-01-01", "2026-01-01", func(v *Version) { v.Levels = []agency.Level{agency.Commune} }),
			v("1.000001", 2, "2026-01-01", "", func(v *Version) { v.Levels = []agency.Level{agency.Commune}; v.Form = "rieng" }),
			v("1.000002", 1, "2025-01-01", "2025-07-01", nil),
			v("1.000003", 1, "2025-01-01", "", func(v *Version) { v.Ministry, v.Sector = "Bộ Xây dựng", "Nhà ở" }),
			v("1.000004", 1, "2025-01-01", "", func(v *Version) { v.Competent = []agency.ID{"so-tttt", "so-tu-phap"} }),
		},
		Forms: []Form{
			{ID: "chung", Number: 1, Digest: "c1", From: "2025-01-01", Until: "2026-01-01", Value: &eform.Form{Title: "Cũ"}},
			{ID: "chung", Number: 2, Digest: "c2", From: "2026-01-01", Value: &eform.Form{Title: "Mới"}},
			{ID: "rieng", Number: 1, Digest: "r1", From: "2025-01-01", Value: &eform.Form{Title: "Riêng"}},
		},
		Processes: []Process{{ID: "chung", Number: 1, Digest: "p1", Value: &workflow.Process{ID: "chung"}}},
		General:   []Dated[General]{{Value: General{Form: "chung", Process: "chung"}}},
		Routing: []Dated[[]Route]{{Value: []Route{
			{Level: agency.Commune, Competent: CommuneOfApplicant},
			{Ministry: "bo-xay-dung", Competent: "so-xay-dung"},
			{Competent: "so-tu-phap"},
		}}},
		Homes: []Dated[agency.Home]{{Value: agency.Home{Hours: "hc"}}},
		Hours: []agency.Hours{
			{ID: "hc", Sessions: map[string]string{"mon": "07:30-11:30"}},
			{ID: "khac", Sessions: map[string]string{"tue": "08:00-12:00"}},
		},
		Agencies: []agency.Agency{
			{ID: "so-tu-phap", Name: "Sở Tư pháp", Level: agency.Province, Hours: "khac"},
			{ID: "so-xay-dung", Name: "Sở Xây dựng", Level: agency.Province},
			{ID: "so-tttt", Name: "Sở Thông tin và Truyền thông", Level: agency.Province, Until: "2025-07-01", Successor: "so-khcn"},
			{ID: "so-khcn", Name: "Sở Khoa học và Công nghệ", Level: agency.Province},
			{ID: "xa-a", Name: "Xã A", Level: agency.Commune, Kind: agency.PeopleCommittee, Place: "98001"},
			{ID: "xa-b", Name: "Xã B", Level: agency.Commune, Kind: agency.PeopleCommittee, Place: "98002"},
		},
	})
}

func TestAVersionIsTheOneInForceOnTheDay(t *testing.T) {
	k := sample()
	for _, c := range []struct {
		name, code, day string
		number          int
		err             error
	}{
		{"the first day", "1.000001", "2025-01-01", 1, nil},
		{"the last day of the first", "1.000001", "2025-12-31", 1, nil},
		{"the first day of the second", "1.000001", "2026-01-01", 2, nil},
		{"before it began", "1.000001", "2024-12-31", 0, ErrUnknown},
		{"after it was retired", "1.000002", "2025-07-01", 0, ErrRetired},
		{"never heard of", "9.999999", "2026-01-01", 0, ErrUnknown},
	} {
		v, err := k.Version(c.code, c.day)
		if !errors.Is(err, c.err) || (err == nil && v.Number != c.number) {
			t.Errorf("%s: %+v %v", c.name, v, err)
		}
	}
	if v, ok := k.Pinned(k.Versions("1.000001")[0].Digest); !ok || v.Number != 1 {
		t.Error("a pinned version is lost when its successor stands")
	}
}

func TestAnOfferSaysWhoByWhichFormAndProcess(t *testing.T) {
	k := sample()
	for _, c := range []struct {
		name, code, day string
		chosen          agency.ID
		place, form     string
		byCommune       bool
		agencies        int
		resolver        agency.ID
		err             error
	}{
		{"the commune of the applicant", "1.000001", "2026-03-02", "", "98002", "r1", true, 2, "xa-b", nil},
		{"a commune chosen by name", "1.000001", "2026-03-02", "xa-a", "98002", "r1", true, 2, "xa-a", nil},
		{"no commune named", "1.000001", "2026-03-02", "", "", "r1", true, 2, "", ErrCommune},
		{"a commune of another province", "1.000001", "2026-03-02", "", "00004", "r1", true, 2, "", ErrCommune},
		{"the general form of that day", "1.000001", "2025-03-02", "", "98001", "c1", true, 2, "xa-a", nil},
		{"by ministry", "1.000003", "2026-03-02", "", "", "c2", false, 1, "so-xay-dung", nil},
		{"two agencies: choose", "1.000004", "2026-03-02", "", "", "c2", false, 2, "", ErrChoose},
		{"the successor of an agency that ended", "1.000004", "2026-03-02", "so-khcn", "", "c2", false, 2, "so-khcn", nil},
		{"an agency that does not resolve it", "1.000003", "2026-03-02", "so-tu-phap", "", "c2", false, 1, "", ErrChoose},
	} {
		o, err := k.Offer(c.code, c.day)
		if err != nil {
			t.Fatal(err)
		}
		id, err := o.Resolver(c.chosen, c.place)
		if o.Form.Digest != c.form || o.Process.Digest != "p1" || o.ByCommune != c.byCommune || len(o.Agencies) != c.agencies ||
			id != c.resolver || !errors.Is(err, c.err) {
			t.Errorf("%s: form %s, by commune %v, agencies %v, resolver %q, %v", c.name, o.Form.Digest, o.ByCommune, o.Agencies, id, err)
		}
	}
}

func TestCountsAgreeWithTheListsBehindThem(t *testing.T) {
	k := sample()
	day := "2026-03-02"
	total := 0
	for _, s := range k.Sectors(day) {
		if got := len(k.InSector(s.ID, day)); got != s.Count {
			t.Errorf("sector %s: %d listed, %d counted", s.Name, got, s.Count)
		}
		total += s.Count
	}
	if total != len(k.All(day)) || total != 3 {
		t.Errorf("%d in sectors, %d in force", total, len(k.All(day)))
	}
	for _, a := range k.Agencies(day) {
		if got := len(k.OfAgency(agency.ID(a.ID), day)); got != a.Count || a.Name == "" {
			t.Errorf("agency %s: %d listed, %d counted", a.ID, got, a.Count)
		}
	}
	if n := len(k.OfAgency("xa-a", day)); n != 1 {
		t.Errorf("a commune resolves %d", n)
	}
}

func TestAnAgencyKeepsItsOwnHoursElseTheProvinces(t *testing.T) {
	k := sample()
	for id, want := range map[agency.ID]string{"so-tu-phap": "khac", "so-xay-dung": "hc"} {
		if h, ok := k.HoursOf(id, "2026-03-02"); !ok || h.ID != want {
			t.Errorf("%s: %+v", id, h)
		}
	}
	o, err := k.Office("so-tu-phap", "2026-03-02")
	if err != nil || o == nil {
		t.Fatal(err)
	}
	if n := o.FullDay(calendar.MustDate("2026-03-03")); n != 4*60 {
		t.Errorf("a Tuesday of its own hours counts %d minutes", n)
	}
}

func TestADigestIsOfWhatIsSaidNotOfWhereOrWhen(t *testing.T) {
	a := &Version{Code: "1.000001", Name: "A", Number: 1, From: "2025-01-01", Source: "x"}
	b := &Version{Code: "1.000001", Name: "A", Number: 2, From: "2026-01-01", Until: "2027-01-01", Source: "y", Digest: "z"}
	if a.Sum() != b.Sum() {
		t.Error("equal content, other digest")
	}
	b.Name = "B"
	if a.Sum() == b.Sum() {
		t.Error("other content, equal digest")
	}
}

func TestSeasonsAndPoliciesOfOfficeHours(t *testing.T) {
	day := map[string]string{"mon": "07:30-11:30,13:00-17:00"}
	k := NewCatalogue(Content{
		Homes: []Dated[agency.Home]{{Value: agency.Home{Hours: "hc"}}},
		Hours: []agency.Hours{
			{ID: "hc", Sessions: day},
			{ID: "hc", Sessions: map[string]string{"mon": "07:00-11:00,13:30-17:30"}, Season: &agency.Season{From: "04-15", To: "10-15"}},
			{ID: "so", Until: "2026-01-01", Sessions: day, DueTime: "same_clock"},
			{ID: "so", From: "2026-01-01", Sessions: day, DueTime: "session_end", After: "15:00"},
			{ID: "so", Sessions: day, Season: &agency.Season{From: "11-01", To: "02-01"}},
		},
		Agencies: []agency.Agency{{ID: "so-a", Name: "Sở A", Hours: "so"}, {ID: "so-b", Name: "Sở B"}},
	})
	office, err := k.Office("so-b", "2026-01-05")
	if err != nil {
		t.Fatal(err)
	}
	for date, want := range map[string]string{
		"2026-04-13": "07:30-11:30,13:00-17:00", "2026-04-20": "07:00-11:00,13:30-17:30", "2026-10-12": "07:00-11:00,13:30-17:30", "2026-10-19": "07:30-11:30,13:00-17:00",
	} {
		d, err := office.Day(calendar.Civil, calendar.MustDate(date))
		if err != nil || d.Hours.String() != want {
			t.Errorf("%s: %s (%v), want %s", date, d.Hours, err, want)
		}
		if h, ok := k.HoursOf("so-b", date); !ok || h.Sessions["mon"] != want {
			t.Errorf("%s: declared %+v", date, h)
		}
	}
	for _, c := range []struct {
		name, day string
		id        agency.ID
		want      deadline.Policy
	}{
		{"an agency that decided nothing ends with the session", "2026-03-02", "so-b", deadline.Policy{}},
		{"the hour of receipt until the new year", "2025-10-31", "so-a", deadline.Policy{DueTime: deadline.SameClock}},
		{"a season that says nothing leaves the policy", "2025-12-31", "so-a", deadline.Policy{DueTime: deadline.SameClock}},
		{"the session's end from then on, with a cutoff", "2026-01-01", "so-a", deadline.Policy{After: 15 * 60}},
		{"and after the season", "2026-03-02", "so-a", deadline.Policy{After: 15 * 60}},
	} {
		if got, err := k.Policy(c.id, c.day); err != nil || got != c.want {
			t.Errorf("%s: %+v (%v), want %+v", c.name, got, err, c.want)
		}
	}
	if _, err := NewCatalogue(Content{Homes: []Dated[agency.Home]{{Value: agency.Home{Hours: "hc"}}}, Hours: []agency.Hours{{ID: "hc", Sessions: day, DueTime: "noon"}}}).Policy("x", "2026-03-02"); err == nil {
		t.Error("a due time nobody knows")
	}
}
