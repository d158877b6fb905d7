package deskweb

import (
	"context"
	"net/http"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/casefile"
	"github.com/motcua/motcua/internal/dossier"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/internal/web/component"
	"github.com/motcua/motcua/lang"
)

// view is one list of the inbox: a stage of work, or an urgency over all stages.
type view struct {
	id      string // in the address
	icon    component.Icon
	tone    component.Tone
	key     string // after g
	stage   casefile.Stage
	urgency dossier.Urgency
	count   func(c dossier.Counters) int
	bulk    bool // its rows may be moved on together
}

// views are the lists in the order of the rail. The first one is everything.
var views = []view{
	{id: "", icon: component.IconFiles, key: "w", bulk: true, count: func(dossier.Counters) int { return -1 }},
	{id: "tiep-nhan", icon: component.IconInbox, key: "t", stage: casefile.Reception, bulk: true, count: func(c dossier.Counters) int { return c.Reception }},
	{id: "xu-ly", icon: component.IconPen, key: "x", stage: casefile.Handling, bulk: true, count: func(c dossier.Counters) int { return c.Handling }},
	{id: "sap-den-han", icon: component.IconHourglass, tone: component.DueSoon, key: "s", urgency: dossier.DueSoon, bulk: true, count: func(c dossier.Counters) int { return c.DueSoon }},
	{id: "qua-han", icon: component.IconAlert, tone: component.Overdue, key: "q", urgency: dossier.Overdue, bulk: true, count: func(c dossier.Counters) int { return c.Overdue }},
	{id: "cho-bo-sung", icon: component.IconPause, tone: component.Paused, key: "b", stage: casefile.Supplement, count: func(c dossier.Counters) int { return c.Supplement }},
	{id: "cho-ben-ngoai", icon: component.IconHourglass, tone: component.Paused, key: "o", stage: casefile.Waiting, count: func(c dossier.Counters) int { return c.Waiting }},
	{id: "cho-tra", icon: component.IconReturn, key: "r", stage: casefile.Return, bulk: true, count: func(c dossier.Counters) int { return c.Return }},
}

func viewOf(id string) (view, bool) {
	for _, v := range views {
		if v.id == id {
			return v, true
		}
	}
	return views[0], id == ""
}

func (v view) title(ctx context.Context) string { return lang.T(ctx, "desk.view."+v.name()) }

func (v view) name() string {
	if v.id == "" {
		return "tat-ca"
	}
	return v.id
}

func (v view) path() string {
	if v.id == "" {
		return pathInbox
	}
	return pathInbox + "?ds=" + v.id
}

// Entries of the second block of the rail.
const (
	railFind     = "find"
	railIntake   = "intake"
	railList     = "list"
	railFigure   = "figure"
	railAllPosts = "all-posts"
)

// rail is the left rail with the counters of the actor's post; current is the id of a view or an entry above.
func (d *desk) rail(r *http.Request, current string) ([]component.RailGroup, dossier.Counters, error) {
	ctx := r.Context()
	by := actor(ctx)
	c, err := d.Service.Counters(ctx, by)
	if err != nil {
		return nil, c, err
	}
	work := component.RailGroup{Items: make([]component.RailItem, 0, len(views))}
	for _, v := range views {
		item := component.RailItem{Text: v.title(ctx), Href: v.path(), Icon: v.icon, Count: v.count(c), Key: v.key, Current: current == v.name()}
		if item.Count > 0 {
			item.Tone = v.tone
		}
		work.Items = append(work.Items, item)
	}
	if len(web.ViewerFrom(ctx).Acting) > 1 {
		work.Items = append(work.Items, component.RailItem{Text: lang.T(ctx, "desk.all-posts"), Href: pathAllPosts, Icon: component.IconPeople, Count: -1, Key: "l", Current: current == railAllPosts})
	}
	more := component.RailGroup{Title: lang.T(ctx, "desk.rail.more")}
	if by.May(access.DossierIntake) {
		more.Items = append(more.Items, component.RailItem{Text: lang.T(ctx, "desk.intake.title"), Href: pathIntake, Icon: component.IconPlus, Count: -1, Key: "n", Current: current == railIntake})
	}
	if by.May(access.DossierAssign) {
		more.Items = append(more.Items, component.RailItem{Text: lang.T(ctx, "together.load.title"), Href: pathLoad, Icon: component.IconPeople, Count: -1, Key: "m", Current: current == railLoad})
	}
	if mayKeep(by) {
		more.Items = append(more.Items, component.RailItem{Text: lang.T(ctx, "papers.handovers"), Href: pathHandovers, Icon: component.IconPaperclip, Count: -1, Key: "v", Current: current == railHandovers})
	}
	more.Items = append(more.Items,
		component.RailItem{Text: lang.T(ctx, "desk.find.title"), Href: pathFind, Icon: component.IconSearch, Count: -1, Key: "h", Current: current == railFind},
		component.RailItem{Text: lang.T(ctx, "list.title"), Href: pathList, Icon: component.IconFiles, Count: -1, Key: "d", Current: current == railList},
		component.RailItem{Text: lang.T(ctx, "figure.title"), Href: pathFigures, Icon: component.IconWork, Count: -1, Key: "y", Current: current == railFigure},
		component.RailItem{Text: lang.T(ctx, "nav.procedures"), Href: "/thu-tuc", Icon: component.IconBuilding, Count: -1, Key: "p"},
	)
	groups := []component.RailGroup{work, more}
	if rooms := component.Rooms(ctx, ""); len(rooms.Items) > 0 {
		groups = append(groups, rooms)
	}
	return groups, c, nil
}
