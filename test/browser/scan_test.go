package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// screens are the sizes on which every page is looked at.
var screens = []struct {
	name          string
	width, height int64
	phone         bool
}{
	{"1280", 1280, 900, false},
	{"360", 360, 740, true},
}

type finding struct {
	ID, Impact, Help string
	Nodes            []string
}

// look scans the page that stands: axe-core on a desktop and a phone, no sideways scrolling at 320 px, a silent
// console. name is that of its pictures.
func (b *tab) look(name string) {
	b.t.Helper()
	script, err := axe()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range screens {
		b.resize(s.width, s.height, s.phone)
		// The page in its whole length: what lies under the bar of acts at the foot of a window is scrolled out from under
		// it, so its size is judged where nothing covers it.
		var length float64
		b.eval(`document.documentElement.scrollHeight`, &length)
		b.resize(s.width, max(s.height, int64(length)), s.phone)
		b.eval("void 0;"+script+";void 0", nil)
		var found []finding
		b.eval(`axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
			.then((r) => r.violations.map((v) => ({ID: v.id, Impact: v.impact || "", Help: v.help, Nodes: v.nodes.slice(0, 5).map((n) => n.target.join(" ") + " | " + n.html.slice(0, 160))})))`, &found)
		for _, f := range found {
			text := fmt.Sprintf("%s at %s px (%s): %s %s: %s\n\t%s", name, s.name, b.path(), f.Impact, f.ID, f.Help, strings.Join(f.Nodes, "\n\t"))
			if slices.Contains([]string{"serious", "critical"}, f.Impact) {
				b.t.Error(text)
			} else {
				b.t.Log(text)
			}
		}
		b.picture(name + "-" + s.name)
	}
	b.resize(320, 700, true)
	var over struct {
		By   float64
		What []string
	}
	b.eval(`(() => {
		const by = document.documentElement.scrollWidth - document.documentElement.clientWidth;
		const what = by > 0 ? [...document.querySelectorAll("body *")].filter((el) => el.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map((el) => el.outerHTML.slice(0, 120)) : [];
		return {By: by, What: what};
	})()`, &over)
	if over.By > 0 {
		b.t.Errorf("%s (%s) scrolls sideways by %.0f px at 320 px: %s", name, b.path(), over.By, strings.Join(over.What, "\n\t"))
	}
	b.resize(screens[0].width, screens[0].height, false)
	b.silent(name)
}

// silent fails when the console said something.
func (b *tab) silent(name string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.said {
		b.t.Errorf("%s: the console says %s", name, s)
	}
	b.said = nil
}

func (b *tab) resize(width, height int64, phone bool) {
	b.t.Helper()
	b.do(emulation.SetDeviceMetricsOverride(width, height, 1, phone))
	if !b.noScript { // the new layout stands after two frames
		b.eval(`new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(() => r(true))))`, nil)
	}
}

// picture keeps a picture of the whole page.
func (b *tab) picture(name string) {
	b.t.Helper()
	if b.seen[name] {
		return
	}
	b.seen[name] = true
	var png []byte
	b.do(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithFormat(page.CaptureScreenshotFormatPng).Do(ctx)
		return err
	}))
	if err := os.MkdirAll("out", 0o750); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("out", name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}
