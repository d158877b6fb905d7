package dossier_test

import (
	"errors"
	"testing"

	"github.com/motcua/motcua/internal/calendar"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/law"
)

func TestParseCodeReadsEveryNotation(t *testing.T) {
	for _, c := range []struct {
		name, text, agency, date string
		serial                   int
		notation                 dossier.CodeNotation
	}{
		{"TT 01/2018: level 1 stands last", "000.00.01.H24-180923-0001", "000.00.01.H24", "2018-09-23", 1, dossier.CodeTT01},
		{"QĐ 20/2020: level 1 stands first", "H15.50.05.13-261008-0975", "H15.50.05.13", "2026-10-08", 975, dossier.CodeQD20},
		{"a body of level 1 itself", "H24-250701-0012", "H24", "2025-07-01", 12, dossier.CodeQD20},
		{"a ministry writes the whole year and seven digits", "G09.20-20260609-0092637", "G09.20", "2026-06-09", 92637, dossier.CodeMinistry},
		{"a ministry with six digits", "G09.20-20260609-092637", "G09.20", "2026-06-09", 92637, dossier.CodeMinistry},
		{"an enterprise by its number", "0100109106-250801-0003", "0100109106", "2025-08-01", 3, dossier.CodeQD20},
		{"another body", "Z12.AB3-250801-0003", "Z12.AB3", "2025-08-01", 3, dossier.CodeQD20},
		{"typed in small letters with a space", " h15.50.05.13-261008-0975 ", "H15.50.05.13", "2026-10-08", 975, dossier.CodeQD20},
		{"a day with more than 9,999", "H15.50-261008-10000", "H15.50", "2026-10-08", 10000, dossier.CodeQD20},
	} {
		got, err := dossier.ParseCode(c.text)
		if err != nil || got.Agency != c.agency || got.Date.String() != c.date || got.Serial != c.serial || got.Notation != c.notation {
			t.Errorf("%s: %s is %+v (%v)", c.name, c.text, got, err)
		}
	}
}

func TestParseCodeRefusesWhatIsNoCode(t *testing.T) {
	for _, s := range []string{
		"", "-", "--", "H15-261008", "H15-261308-0001", "H15-260230-0001", "H15-261008-001", "H15-261008-00000001", "H15-261008-0000",
		"H15.-261008-0001", "H15..50-261008-0001", "1H5-261008-0001", "H15-2610080-0001", "H15 -261008-0001", "Ｈ15-261008-0001",
		"H15.50.05.13.H15.50.05.13.H15.50.05.13.H15-261008-0001", "H15-261008-0001-1", "H15-26100a-0001",
	} {
		if got, err := dossier.ParseCode(s); !errors.Is(err, dossier.ErrCode) {
			t.Errorf("%q was read as %+v (%v)", s, got, err)
		}
	}
}

func TestFormatCode(t *testing.T) {
	day := calendar.MustDate("2026-06-09")
	for _, c := range []struct {
		style  dossier.CodeStyle
		agency string
		serial int
		want   string
	}{
		{dossier.ProvincialCode, "H15.50.05.13", 975, "H15.50.05.13-260609-0975"},
		{dossier.ProvincialCode, "000.00.01.H24", 1, "000.00.01.H24-260609-0001"},
		{dossier.ProvincialCode, "H15", 12345, "H15-260609-12345"},
		{dossier.MinistryCode, "G09.20", 92637, "G09.20-20260609-0092637"},
	} {
		if got, err := c.style.Format(c.agency, day, c.serial); err != nil || got != c.want {
			t.Errorf("%s %d: %s (%v), want %s", c.agency, c.serial, got, err, c.want)
		}
	}
	for _, agency := range []string{"", "so-xay-dung", "H15.", "h15"} {
		if got, err := dossier.FormatCode(agency, day, 1); err == nil {
			t.Errorf("%q gave %s", agency, got)
		}
	}
	if _, err := dossier.FormatCode("H15", day, 0); err == nil {
		t.Error("serials count from 1")
	}
	if got := dossier.CodeScope("H15.50", day); got != "H15.50/2026-06-09" {
		t.Errorf("scope %s", got)
	}
}

func TestTheCodeStartsWithTheAgencyTheDecreeNames(t *testing.T) {
	p := dossier.CodeParties{Receiving: "H99.40", Resolving: "H99.41", Portal: "G22.99"}
	with := func(group, online bool) dossier.CodeParties {
		q := p
		q.Group, q.Online = group, online
		return q
	}
	for _, c := range []struct {
		name, day string
		parties   dossier.CodeParties
		want      string
	}{
		{"until 2025 the desk that received", "2025-06-30", with(false, false), "H99.40"},
		{"since then the agency that resolves", "2025-07-01", with(false, false), "H99.41"},
		{"also online", "2026-09-01", with(false, true), "H99.41"},
		{"a linked group at a desk", "2026-03-04", with(true, false), "H99.40"},
		{"a linked group online", "2026-03-04", with(true, true), "G22.99"},
	} {
		if got := dossier.CodeAgency(law.At(calendar.MustDate(c.day)), c.parties); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"000.00.01.H24-180923-0001", "H15.50.05.13-261008-0975", "G09.20-20260609-0092637", "0100109106-250801-0003"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := dossier.ParseCode(s)
		if err != nil {
			if !errors.Is(err, dossier.ErrCode) {
				t.Fatalf("not a refusal: %v", err)
			}
			return
		}
		// What was read can be written and read again to the same parts.
		text, err := dossier.FormatCode(p.Agency, p.Date, p.Serial)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		again, err := dossier.ParseCode(text)
		if err != nil || again.Agency != p.Agency || again.Date != p.Date || again.Serial != p.Serial {
			t.Fatalf("%q -> %q -> %+v (%v)", s, text, again, err)
		}
	})
}
