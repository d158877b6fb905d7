package component

import (
	"context"

	"github.com/motcua/motcua/internal/access"
	"github.com/motcua/motcua/internal/web"
	"github.com/motcua/motcua/lang"
)

// Paths of the rooms beside the inbox.
const (
	CatalogueRoom = "/danh-muc"
	RegisterRoom  = "/so-theo-doi"
	StudioRoom    = "/xuong-cau-hinh"
	CalendarRoom  = "/lich-lam-viec"
	SystemRoom    = "/he-thong"
	AccountsRoom  = "/he-thong/tai-khoan"
	RatingRoom    = "/lam-viec/danh-gia"
	TabletRoom    = "/lam-viec/may-danh-gia"
	AgencyRoom    = "/co-quan/sap-xep"
)

// Rooms is the block of the rail that leads to the rooms beside the inbox, as far as the viewer's rights open them;
// here is the path of the room one stands in. It has no items for most officers and is then left out by the rail.
func Rooms(ctx context.Context, here string) RailGroup {
	v := web.ViewerFrom(ctx)
	g := RailGroup{Title: lang.T(ctx, "rooms.title")}
	add := func(may bool, path, text string, icon Icon, key string) {
		if may {
			g.Items = append(g.Items, RailItem{Text: text, Href: path, Icon: icon, Count: -1, Key: key, Current: path == here})
		}
	}
	add(v.May(access.DossierAccept) || v.May(access.DossierDecide) || v.May(access.DossierReadAll), RegisterRoom, lang.T(ctx, "rooms.registers"), IconPaperclip, "u")
	add(v.May(access.CatalogueRead) || v.May(access.CatalogueEdit) || v.May(access.CataloguePublish), CatalogueRoom, lang.T(ctx, "rooms.catalogue"), IconStamp, "m")
	add(v.May(access.CatalogueRead) || v.May(access.CatalogueEdit) || v.May(access.CataloguePublish), StudioRoom, lang.T(ctx, "rooms.studio"), IconPen, "x")
	add(v.May(access.RatingRead), RatingRoom, lang.T(ctx, "rooms.ratings"), IconCheck, "")
	add(v.May(access.DossierReturn), TabletRoom, lang.T(ctx, "rooms.tablets"), IconPeople, "")
	add(v.May(access.CatalogueRead) || v.May(access.CatalogueEdit) || v.May(access.CataloguePublish), CalendarRoom, lang.T(ctx, "rooms.calendar"), IconCalendar, "l")
	add(v.May(access.CatalogueRead) || v.May(access.CatalogueEdit) || v.May(access.CataloguePublish), AgencyRoom, lang.T(ctx, "rooms.agencies"), IconBuilding, "")
	add(v.May(access.SystemWatch), SystemRoom, lang.T(ctx, "rooms.system"), IconHealth, "v")
	add(v.May(access.AccountAdmin), AccountsRoom, lang.T(ctx, "rooms.accounts"), IconPeople, "k")
	return g
}

// RoomRail is the whole rail of a room beside the inbox: the way back to the inbox, and the rooms.
func RoomRail(ctx context.Context, here string) []RailGroup {
	v := web.ViewerFrom(ctx)
	work := RailGroup{Items: []RailItem{{Text: lang.T(ctx, "nav.desk"), Href: "/lam-viec", Icon: IconInbox, Count: -1, Key: "w"}}}
	if v.May(access.DossierRead) || v.May(access.DossierReadAll) {
		work.Items = append(work.Items, RailItem{Text: lang.T(ctx, "rooms.find"), Href: "/tra-cuu-ho-so", Icon: IconSearch, Count: -1, Key: "h"})
	}
	work.Items = append(work.Items, RailItem{Text: lang.T(ctx, "nav.procedures"), Href: "/thu-tuc", Icon: IconBuilding, Count: -1, Key: "p"})
	return []RailGroup{work, Rooms(ctx, here)}
}
