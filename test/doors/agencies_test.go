package doors

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var dossierCode = regexp.MustCompile(`[A-Z][0-9]{2}(?:\.[0-9]{2,3})*-[0-9]{6}-[0-9]{4,}`)

// codes are the codes of dossiers by agency that takes part, and the number of those a scope sees as accepted.
func (w *world) codes() map[string][]string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), `SELECT s.scope, d.code FROM case_scope s JOIN dossier d ON d.id = s.case_id WHERE d.code <> ''`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	out := map[string][]string{}
	for rows.Next() {
		var scope, code string
		if err := rows.Scan(&scope, &code); err != nil {
			w.t.Fatal(err)
		}
		out[scope] = append(out[scope], code)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return out
}

// Each agency sees its own work, its own desk and its own numbers: no code of a dossier in which it takes no part stands
// on any of its officers' pages or exports, and its figures count what it may open. The province sees all.
func TestAnAgencySeesItsOwnWorkAndNumbers(t *testing.T) {
	w := open(t)
	of := w.codes()
	if len(of["so-xay-dung"]) == 0 || len(of["ubnd-phuong-ben-nua"]) == 0 {
		t.Fatal("an agency has no dossiers: this proves nothing")
	}
	pages := []string{
		"/lam-viec", "/danh-sach-ho-so?xep=owner", "/danh-sach-ho-so/xuat/danh-sach.csv", "/tra-cuu-ho-so", "/so-theo-doi", "/giao-nhan", "/so-lieu/dung-han?tu=2020-01-01&den=2021-12-31",
		"/danh-sach-ho-so?cq=ubnd-phuong-ben-nua", "/danh-sach-ho-so?cq=so-xay-dung&ban-do=hien-nay", "/so-theo-doi?so=ubnd-phuong-ben-nua",
	}
	for _, name := range slices.Concat(handlers, desks) {
		mine := of[agencies[name]]
		for _, path := range pages {
			p, err := w.people[name].Ask(http.MethodGet, path, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, code := range dossierCode.FindAllString(string(p.Body), -1) {
				if !slices.Contains(mine, code) && slices.Contains(of["*"], code) {
					t.Errorf("%s reads %s of another agency on %s", name, code, path)
				}
			}
		}
	}
	total := func(name, way, today string) (sum int) {
		for _, by := range []string{"agency"} {
			p, err := w.people[name].Ask(http.MethodGet, fmt.Sprintf("/so-lieu/dung-han/xuat.csv?cach=%s&theo=%s&tu=2026-01-01&den=2026-12-31&ban-do=%s", way, by, today), nil)
			if err != nil || p.Status != http.StatusOK {
				t.Fatalf("%s: %v %v", name, p, err)
			}
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(p.Body), "\uFEFF"))).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows[1:] {
				for _, c := range r[1:] {
					if n, err := strconv.Atoi(c); err == nil {
						sum += n
					}
				}
			}
		}
		return sum
	}
	for _, way := range []string{"legal", "leg", "national"} {
		all := total(control, way, "")
		if now := total(control, way, "hien-nay"); now != all {
			t.Errorf("%s: %d by the agencies of the time, %d by those of today", way, all, now)
		}
		for _, name := range []string{officer, ward} {
			if own := total(name, way, ""); own >= all {
				t.Errorf("%s counts %d of %d (%s)", name, own, all, way)
			}
		}
		if a, b := total(officer, way, ""), total(division, way, ""); a != b {
			t.Errorf("two posts of one agency count %d and %d", a, b)
		}
	}
}
