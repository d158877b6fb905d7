package formweb

import (
	"net/http"

	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/eform/eformweb"
	"github.com/motcua/motcua/internal/studio"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

type previewView struct {
	frame
	desk   *desk
	form   *eform.Form
	view   eformweb.View
	key    string
	phone  bool
	sound  bool // it can be asked
	passed bool // what was typed would be accepted
	tried  bool
}

// preview asks the draft as the applicant will be asked. Nothing that is typed is kept anywhere.
func (e editor) preview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := e.open(r, studio.Form)
	if err != nil {
		return err
	}
	f := d.form()
	if f == nil {
		return web.SeeOther(w, r, d.path(""))
	}
	v := previewView{frame: d.frame(ctx, d.title(), tailPreview), desk: d, form: f, key: web.NewKey(), phone: r.URL.Query().Get("rong") == "dien-thoai"}
	c, err := eform.Compile(*f)
	if err != nil {
		return web.Render(w, r, http.StatusOK, previewPage(v)) // the page says that it cannot be asked yet
	}
	v.sound = true
	places := e.Places(e.today())
	v.view = eformweb.View{Form: c.In(string(lang.From(ctx))), Places: places, Units: e.Units}
	if r.Method == http.MethodPost {
		form, err := readForm(r)
		if err != nil {
			return err
		}
		posted, err := c.Parse("", form.Values, eform.Answers{})
		if err != nil {
			return err
		}
		v.view.Answers, v.view.Typed = posted.Answers, posted.Typed
		if !posted.Again {
			v.tried = true
			v.view.Errors = v.view.Form.Validate("", posted.Answers, eform.Given{Now: e.Now(), Places: places})
			v.passed = len(v.view.Errors) == 0
			v.errors = v.view.Summary(ctx)
		}
	}
	return web.Render(w, r, http.StatusOK, previewPage(v))
}
