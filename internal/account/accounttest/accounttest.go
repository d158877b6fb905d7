// Package accounttest builds accounts for tests: a small office with posts, and the
// service on a database with cheap passwords. Tests only.
package accounttest

import (
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/account"
	"github.com/motcua/motcua/internal/account/accountdb"
	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/sqldb"
)

// Posts is an office with a few posts; tests add to it.
type Posts map[string]agency.Post

// Office returns a desk, a case officer, a division head and an administrator.
func Office() Posts {
	return Posts{
		"mot-cua":   {ID: "mot-cua", Agency: "so-xay-dung", Unit: "mot-cua", Title: "Công chức Bộ phận Một cửa", Roles: []string{access.RoleReceiving}},
		"thu-ly":    {ID: "thu-ly", Agency: "so-xay-dung", Unit: "quy-hoach", Title: "Chuyên viên Phòng Quy hoạch", Roles: []string{access.RoleOfficer}},
		"truong":    {ID: "truong", Agency: "so-xay-dung", Unit: "quy-hoach", Title: "Trưởng phòng Quy hoạch", Roles: []string{access.RoleDivision}},
		"da-bai-bo": {ID: "da-bai-bo", Agency: "so-xay-dung", Title: "Ghế cũ", Roles: []string{access.RoleHead}, Until: "2026-01-01"},
		"quan-tri":  {ID: "quan-tri", Agency: "van-phong", Title: "Quản trị", Roles: []string{access.RoleAdmin}},
	}
}

// Post is account.Posts.
func (p Posts) Post(id string) (agency.Post, bool) {
	post, ok := p[id]
	return post, ok
}

// AgencyName is account.Posts.
func (p Posts) AgencyName(id agency.ID) string {
	if id == "so-xay-dung" {
		return "Sở Xây dựng"
	}
	return string(id)
}

// RightsOf is account.Posts.
func (p Posts) RightsOf(role string) []access.Permission {
	switch role {
	case access.RoleCitizen:
		return []access.Permission{access.DossierFile}
	case access.RoleReceiving:
		return []access.Permission{access.DossierIntake, access.DossierAccept, access.DossierRead}
	case access.RoleOfficer:
		return []access.Permission{access.DossierHandle, access.DossierRead}
	case access.RoleDivision:
		return []access.Permission{access.DossierAssign, access.DossierRead}
	case access.RoleAdmin:
		return []access.Permission{access.AccountAdmin}
	}
	return nil
}

// Cheap makes password hashes in microseconds.
var Cheap = account.Params{Memory: 8, Time: 1, Threads: 1}

// New returns the service on db with cheap passwords. cfg may be zero.
func New(tb testing.TB, db *sqldb.DB, posts account.Posts, cfg account.Config, now func() time.Time) *account.Service {
	tb.Helper()
	if cfg.Params == (account.Params{}) {
		cfg.Params = Cheap
	}
	return account.New(accountdb.New(db), posts, cfg, now, NewID())
}

// NewID returns ids that count up; each call starts a range of its own.
func NewID() func(time.Time) string {
	prefix := "id" + strconv.FormatInt(ranges.Add(1), 36) + "-"
	var n atomic.Int64
	return func(time.Time) string {
		s := strconv.FormatInt(n.Add(1), 10)
		return prefix + string(slices.Repeat([]byte{'0'}, max(0, 8-len(s)))) + s
	}
}

var ranges atomic.Int64

// Officer is a person for Seed who holds the posts and signs in with Password.
func Officer(signIn string, posts ...string) account.Seeded {
	s := account.Seeded{Person: account.Person{ID: "p-" + signIn, Kind: account.Officer, Name: "Phạm Thị Duyên", SignIn: signIn}, Password: Password}
	for _, post := range posts {
		s.Holdings = append(s.Holdings, account.Holding{Post: post})
	}
	return s
}

// Password satisfies the rules and is nobody's.
const Password = "mưa rào tháng sáu"
