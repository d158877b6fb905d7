package account

import (
	"testing"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/agency"
)

type onePost struct{}

func (onePost) Post(id string) (agency.Post, bool) {
	return agency.Post{ID: "truong", Agency: "so-xay-dung", Title: "Trưởng phòng", Roles: []string{access.RoleDivision}, Until: "2027-01-01"}, id == "truong"
}
func (onePost) AgencyName(id agency.ID) string { return string(id) }
func (onePost) RightsOf(role string) []access.Permission {
	if role == access.RoleDivision {
		return []access.Permission{access.DossierAssign}
	}
	return nil
}

func TestRightsFollowThePostAndItsDays(t *testing.T) {
	t.Parallel()
	p := Person{ID: "p", Kind: Officer, Name: "Lê Văn Tám"}
	tests := []struct {
		name    string
		holding Holding
		day     string
		may     bool
	}{
		{"an open holding", Holding{Post: "truong"}, "2026-03-02", true},
		{"on its first day", Holding{Post: "truong", From: "2026-03-02"}, "2026-03-02", true},
		{"the day before it begins", Holding{Post: "truong", From: "2026-03-02"}, "2026-03-01", false},
		{"on its last day", Holding{Post: "truong", Until: "2026-03-03"}, "2026-03-02", true},
		{"the day it ends", Holding{Post: "truong", Until: "2026-03-03"}, "2026-03-03", false},
		{"a post that no longer exists", Holding{Post: "truong"}, "2027-01-01", false},
		{"a post nobody knows", Holding{Post: "khac"}, "2026-03-02", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := ActorOf(p, tt.holding.Post, held([]Holding{tt.holding}, onePost{}, tt.day), onePost{})
			if a.May(access.DossierAssign) != tt.may || a.Officer() != tt.may || !a.SignedIn() {
				t.Fatalf("got %+v", a)
			}
		})
	}
}

func TestTheFirstAdministratorHasSomewhereToStand(t *testing.T) {
	t.Parallel()
	posts := builtin{onePost{}}
	a := ActorOf(Person{ID: "p", Kind: Officer}, AdministratorPost, held([]Holding{{Post: AdministratorPost}}, posts, "2026-03-02"), posts)
	if !a.May(access.CataloguePublish) || !a.May(access.AccountAdmin) || a.May(access.DossierRead) {
		t.Fatalf("got %+v", a.Rights)
	}
}

func TestRegistrationSaysWhatToMend(t *testing.T) {
	t.Parallel()
	good := Registration{Name: "Nguyễn Thị Hoa", Number: "001 190 012 345", Phone: "+84 912 345 678", Password: "mưa rào tháng sáu", Repeat: "mưa rào tháng sáu"}
	tests := []struct {
		name   string
		change func(*Registration)
		field  string
	}{
		{"numbers may be typed in groups, a phone with +84", func(*Registration) {}, ""},
		{"a name in decomposed letters is the same name", func(r *Registration) { r.Name = "Nguye\u0302\u0303n Thi\u0323 Hoa" }, ""},
		{"a name is needed", func(r *Registration) { r.Name = "  " }, "name"},
		{"a name has no digits", func(r *Registration) { r.Name = "Hoa 2" }, "name"},
		{"a name is no page", func(r *Registration) { r.Name = "<b>Hoa</b>" }, "name"},
		{"a personal number has 12 digits", func(r *Registration) { r.Number = "00119001234" }, "number"},
		{"a personal number has only digits", func(r *Registration) { r.Number = "00119001234x" }, "number"},
		{"digits of other scripts are not meant", func(r *Registration) { r.Number = "٠٠١١٩٠٠١٢٣٤٥" }, "number"},
		{"a telephone number begins with 0", func(r *Registration) { r.Phone = "9123456789" }, "phone"},
		{"an e-mail address has one at sign", func(r *Registration) { r.Email = "a@b@c.vn" }, "email"},
		{"the password is typed twice", func(r *Registration) { r.Repeat = "mưa rào tháng bảy" }, "password_repeat"},
		{"the telephone number is no password", func(r *Registration) { r.Password, r.Repeat = "0912345678xyz", "0912345678xyz" }, "password"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := good
			tt.change(&r)
			r = r.Clean()
			bad := r.Check()
			if tt.field == "" {
				if len(bad) > 0 || r.Number != "001190012345" || r.Phone != "0912345678" || r.Name != "Nguyễn Thị Hoa" {
					t.Fatalf("got %v, %+v", bad, r)
				}
				return
			}
			if len(bad) != 1 || bad[0].Name != tt.field {
				t.Fatalf("got %v, want %s", bad, tt.field)
			}
		})
	}
}

func TestSignInNamesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		" Duyen.PT ":                 "duyen.pt",
		"001 190 012 345":            "001190012345",
		"001.190.012.345":            "001190012345",
		"001-190-012-345":            "001190012345",
		"so-tu-phap.duyen":           "so-tu-phap.duyen",
		string(make([]byte, 100000)): "",
	} {
		if got := normaliseSignIn(typed); got != want {
			t.Errorf("%.40q: got %q, want %q", typed, got, want)
		}
	}
}

func TestAgent(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1":           "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                  "Chrome, Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                        "Firefox, Linux",
		"<script>alert(1)</script>": "",
	} {
		if got := Agent(header); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
