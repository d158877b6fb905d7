package browser

import "testing"

// TestListsFiguresAndDelegations looks at the pages by which an office watches its work.
func TestListsFiguresAndDelegations(t *testing.T) {
	for _, c := range []struct{ name, who, path string }{
		{"list", "truong-phong", "/danh-sach-ho-so"},
		{"list-late", "kiem-soat", "/danh-sach-ho-so?han=qua-han&ly-do=missing&lv=Hộ+tịch"},
		{"list-nothing", "truong-phong", "/danh-sach-ho-so?ma=khong-co"},
		{"figures-legal", "kiem-soat", "/so-lieu/dung-han?tu=15/12/2025&den=14/12/2026"},
		{"figures-leg", "lanh-dao", "/so-lieu/dung-han?cach=leg&theo=month&tu=15/12/2025&den=14/12/2026"},
		{"figures-national", "kiem-soat", "/so-lieu/dung-han?cach=national&theo=sector&tu=15/12/2025&den=14/12/2026"},
		{"delegation", "lanh-dao", "/tai-khoan/uy-quyen"},
		{"all-posts", "truong-phong", "/lam-viec/moi-chuc-vu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, false)
			b.signIn(c.who)
			b.open(c.path)
			b.look(c.name)
		})
	}
}
