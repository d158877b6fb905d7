package browser

import "testing"

func TestPagesAnybodyMayOpen(t *testing.T) {
	for _, c := range []struct{ name, path string }{
		{"home", "/"},
		{"procedures", "/thu-tuc"},
		{"search", "/thu-tuc?q=làm+lại+giấy+khai+sinh+bị+mất"},
		{"search-nothing", "/thu-tuc?q=zzzzqqq"},
		{"procedure", "/thu-tuc/1.001193"},
		{"procedure-national", "/thu-tuc/1.001725"},
		{"track", "/tra-cuu"},
		{"track-nothing", "/tra-cuu?ma=H99.06-261120-9999&k=aaaaaaaaaaaa"},
		{"sign-in", "/dang-nhap"},
		{"register", "/dang-ky"},
		{"guide", "/huong-dan"},
		{"accessibility", "/tro-nang"},
		{"privacy", "/quyen-rieng-tu"},
		{"not-found", "/khong-co-trang-nay"},
		{"components", "/_components"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, false)
			b.open(c.path)
			b.look(c.name)
		})
	}
}
