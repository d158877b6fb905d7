package deskweb

import (
	"context"
	"net/http"
	"net/url"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// pathAllPosts is the work of every post that a person may act in, their own and delegated.
const pathAllPosts = "/lam-viec/moi-chuc-vu"

type allPostsView struct {
	rail  []component.RailGroup
	grid  component.Grid
	pager component.Pager
}

// allPosts is one list over the queues of every post. A dossier is opened in the post it waits for: rights are
// those of one post at a time.
func (d *desk) allPosts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	acting := web.ViewerFrom(ctx).Acting
	if len(acting) == 0 {
		acting = []access.Actor{actor(ctx)}
	}
	after := r.URL.Query().Get(qAfter)
	items, next, err := d.Listings.InboxOf(ctx, acting, dossier.InboxFilter{After: after})
	if err != nil {
		return err
	}
	var v allPostsView
	if v.rail, _, err = d.rail(r, railAllPosts); err != nil {
		return err
	}
	if next != "" {
		v.pager.Next = pathAllPosts + "?" + url.Values{qAfter: {next}}.Encode()
	}
	if after != "" {
		v.pager.Prev = pathAllPosts
	}
	v.grid = d.allPostsGrid(ctx, acting, items)
	return web.Render(w, r, http.StatusOK, allPostsPage(v))
}

func (d *desk) allPostsGrid(ctx context.Context, acting []access.Actor, items []casefile.WorkItem) component.Grid {
	now, n := d.Now(), d.names()
	g := component.Grid{Caption: lang.T(ctx, "desk.all-posts"), Keys: true, Empty: inboxEmpty(views[0]), Columns: []component.Column{
		{Title: lang.T(ctx, "desk.col.code")},
		{Title: lang.T(ctx, "desk.col.owner")},
		{Title: lang.T(ctx, "desk.col.procedure"), Width: "wide"},
		{Title: lang.T(ctx, "desk.col.step")},
		{Title: lang.T(ctx, "desk.col.due"), Sorted: "ascending"},
		{Title: lang.T(ctx, "desk.col.state")},
		{Title: lang.T(ctx, "desk.all-posts.post")},
	}}
	here := actor(ctx).Post
	for _, it := range items {
		tone, words := urgencyOf(ctx, it.Stage, it.Due, it.SoonAt, now)
		code := component.Cell{Text: it.Code, Code: true}
		post := component.Cell{}
		for _, a := range acting {
			if !it.Holder.Holds(a) {
				continue
			}
			if a.Post == here {
				code.Href = pathCase + it.Case
				post.Text = a.PostTitle
			} else {
				post.Content = openIn(a, pathCase+it.Case, it.Code)
			}
			if a.Behalf != "" && n.person != nil {
				post.Note = lang.T(ctx, "delegation.behalf-of", "name", n.person(a.Behalf))
			}
			break
		}
		g.Rows = append(g.Rows, component.Row{Tone: tone, Cells: []component.Cell{
			code,
			{Text: it.Subject, Clip: true},
			{Text: it.Title, Clip: true},
			{Text: it.Step, Clip: true},
			{Text: short(it.Due, now), Code: true},
			{Content: component.Status(tone, words)},
			post,
		}})
	}
	return g
}
