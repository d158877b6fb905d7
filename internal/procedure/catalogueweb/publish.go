package catalogueweb

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/motcua/motcua/internal/fault"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// waitingShown bounds the list below the question; the figures above it count everything.
const waitingShown = 300

type publishView struct {
	confirm component.Confirm
	from    component.Field
	errors  []component.FieldError
	changed bool // what waits is not what the person saw before
	empty   bool
	grid    component.Grid
	rest    string
}

func (d room) askPublish(w http.ResponseWriter, r *http.Request) error {
	v, err := d.publishView(r.Context(), web.NewKey(), day(lang.With(r.Context(), lang.VI), d.today()))
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, publishPage(v))
}

func (d room) publishView(ctx context.Context, key, from string) (publishView, error) {
	waiting, err := d.Store.Waiting(ctx)
	if err != nil {
		return publishView{}, err
	}
	v := publishView{
		empty: waiting.Empty(), grid: waitingGrid(ctx, waiting, waitingShown),
		from: component.Field{Name: "tu-ngay", Label: lang.T(ctx, "catalogue.publish-from"), Value: from, Hint: lang.T(ctx, "catalogue.publish-from-hint", "today", day(ctx, d.today()))},
		confirm: component.Confirm{
			Title: lang.T(ctx, "catalogue.publish-what"), Consequences: consequences(ctx, waiting), Action: pathPublish, Key: key, Cancel: pathRoom,
			// What was seen travels with the button, so that it is sent by whoever presses it.
			Act: component.Act{Text: lang.T(ctx, "catalogue.publish"), Icon: component.IconStamp, Name: "da-xem", Value: waiting.Sum()},
		},
	}
	if all := len(waiting.Versions) + len(waiting.Documents); all > len(v.grid.Rows) {
		v.rest = spanOf(ctx, 1, len(v.grid.Rows), all)
	}
	return v, nil
}

// consequences say what the publication will change, in the order of weight.
func consequences(ctx context.Context, w procedure.Waiting) []string {
	fresh, changed := 0, 0
	for _, v := range w.Versions {
		if v.Number <= 1 {
			fresh++
		} else {
			changed++
		}
	}
	var out []string
	if changed > 0 {
		out = append(out, lang.T(ctx, "catalogue.publish-changed", "n", count(ctx, changed)))
	}
	if fresh > 0 {
		out = append(out, lang.T(ctx, "catalogue.publish-new", "n", count(ctx, fresh)))
	}
	if len(w.Documents) > 0 {
		kinds, order := map[string]int{}, []string{}
		for _, d := range w.Documents {
			if kinds[d.Kind] == 0 {
				order = append(order, d.Kind)
			}
			kinds[d.Kind]++
		}
		names := make([]string, len(order))
		for i, k := range order {
			names[i] = known(ctx, "catalogue.kind.", k) + " (" + count(ctx, kinds[k]) + ")"
		}
		out = append(out, lang.T(ctx, "catalogue.publish-documents", "n", count(ctx, len(w.Documents)), "kinds", strings.Join(names, ", ")))
	}
	return append(out, lang.T(ctx, "catalogue.publish-pinned"), lang.T(ctx, "catalogue.publish-for-good"))
}

func (d room) publish(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Key == "" {
		return web.ErrMalformedForm
	}
	ctx, by := r.Context(), web.ActorFrom(r.Context())
	from, ok := web.ReadDate(form.Get("tu-ngay"))
	if !ok {
		return d.again(w, r, form, http.StatusUnprocessableEntity, lang.T(ctx, "catalogue.publish-no-date"))
	}
	_, err = d.Store.PublishSeen(ctx, procedure.Publication{
		Key: form.Key, From: from.Format(time.DateOnly), Seen: form.Get("da-xem"), Person: by.Person, Name: by.Name, Post: by.PostTitle,
	})
	refusal, refused := errors.AsType[*fault.Error](err)
	switch {
	case err == nil:
		return web.SeeOther(w, r, pathRoom, "catalogue.published")
	case errors.Is(err, procedure.ErrNothingWaits):
		return web.SeeOther(w, r, pathRoom, "catalogue.nothing-waits")
	case errors.Is(err, procedure.ErrWaitingChanged):
		v, err := d.publishView(ctx, web.NewKey(), form.Get("tu-ngay"))
		if err != nil {
			return err
		}
		v.changed = true
		return web.Render(w, r, http.StatusConflict, publishPage(v))
	case refused && !errors.Is(err, procedure.ErrKeyReused) && (refusal.Kind == fault.Invalid || refusal.Kind == fault.Conflict):
		return d.again(w, r, form, web.Status(err), d.sentence(ctx, refusal))
	}
	return err
}

// sentence says a refusal with its days written as people do.
func (d room) sentence(ctx context.Context, refusal *fault.Error) string {
	if from, ok := refusal.Args["from"].(string); ok {
		refusal = refusal.With("from", day(ctx, from))
	}
	return web.ErrorText(ctx, refusal)
}

// again shows the question with what was typed and why the day cannot be accepted.
func (d room) again(w http.ResponseWriter, r *http.Request, form web.Form, status int, why string) error {
	v, err := d.publishView(r.Context(), web.NewKey(), form.Get("tu-ngay"))
	if err != nil {
		return err
	}
	v.from.Error = why
	v.errors = []component.FieldError{{ID: v.from.Name, Text: why}}
	return web.Render(w, r, status, publishPage(v))
}
