package component

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Icon names a drawing of our own set: 20 by 20, drawn in the colour of the text. Icons stand beside
// words and are hidden from screen readers.
type Icon string

// The set.
const (
	IconSearch    Icon = "search"
	IconClock     Icon = "clock"
	IconHourglass Icon = "hourglass"
	IconAlert     Icon = "alert"
	IconPause     Icon = "pause"
	IconCheck     Icon = "check"
	IconInfo      Icon = "info"
	IconDot       Icon = "dot"
	IconArrow     Icon = "arrow"
	IconBack      Icon = "back"
	IconDown      Icon = "down"
	IconUp        Icon = "up"
	IconClose     Icon = "close"
	IconMenu      Icon = "menu"
	IconPerson    Icon = "person"
	IconPeople    Icon = "people"
	IconFile      Icon = "file"
	IconFiles     Icon = "files"
	IconPaperclip Icon = "paperclip"
	IconUpload    Icon = "upload"
	IconDownload  Icon = "download"
	IconPrint     Icon = "print"
	IconCopy      Icon = "copy"
	IconInbox     Icon = "inbox"
	IconSend      Icon = "send"
	IconStamp     Icon = "stamp"
	IconPen       Icon = "pen"
	IconReturn    Icon = "return"
	IconBuilding  Icon = "building"
	IconHome      Icon = "home"
	IconPlace     Icon = "place"
	IconPhone     Icon = "phone"
	IconMail      Icon = "mail"
	IconCalendar  Icon = "calendar"
	IconMoney     Icon = "money"
	IconLock      Icon = "lock"
	IconMoon      Icon = "moon"
	IconSun       Icon = "sun"
	IconBell      Icon = "bell"
	IconFilter    Icon = "filter"
	IconPlus      Icon = "plus"
	IconBaby      Icon = "baby"
	IconRings     Icon = "rings"
	IconCar       Icon = "car"
	IconShop      Icon = "shop"
	IconSchool    Icon = "school"
	IconHealth    Icon = "health"
	IconField     Icon = "field"
	IconWork      Icon = "work"
	IconTrash     Icon = "trash"
	IconQR        Icon = "qr"
	IconHelp      Icon = "help"
)

// drawings hold what is inside the svg element. Strokes are 1.6 wide, round, on a grid of 20.
var drawings = map[Icon]string{
	IconSearch:    `<circle cx="8.5" cy="8.5" r="5.5"/><path d="m12.7 12.7 4.8 4.8"/>`,
	IconClock:     `<circle cx="10" cy="10" r="7.5"/><path d="M10 5.5V10l3 2"/>`,
	IconHourglass: `<path d="M5 2.5h10M5 17.5h10M6 2.5v3.2L10 10l4-4.3V2.5M6 17.5v-3.2L10 10l4 4.3v3.2"/>`,
	IconAlert:     `<path d="M10 2.8 18 17H2z"/><path d="M10 8v4.2M10 14.5v.2"/>`,
	IconPause:     `<circle cx="10" cy="10" r="7.5"/><path d="M8 7v6M12 7v6"/>`,
	IconCheck:     `<path d="m3.5 10.5 4.3 4.3 8.7-9.3"/>`,
	IconInfo:      `<circle cx="10" cy="10" r="7.5"/><path d="M10 9v5M10 6v.2"/>`,
	IconDot:       `<circle cx="10" cy="10" r="3"/>`,
	IconArrow:     `<path d="M3 10h13.5M11.5 5l5 5-5 5"/>`,
	IconBack:      `<path d="M17 10H3.5M8.5 5l-5 5 5 5"/>`,
	IconDown:      `<path d="m4.5 7.5 5.5 5.5 5.5-5.5"/>`,
	IconUp:        `<path d="m4.5 12.5 5.5-5.5 5.5 5.5"/>`,
	IconClose:     `<path d="m4.5 4.5 11 11M15.5 4.5l-11 11"/>`,
	IconMenu:      `<path d="M3 5.5h14M3 10h14M3 14.5h14"/>`,
	IconPerson:    `<circle cx="10" cy="6.5" r="3.5"/><path d="M3 17.5c.6-3.8 3.3-5.5 7-5.5s6.4 1.7 7 5.5"/>`,
	IconPeople:    `<circle cx="7.5" cy="7" r="3"/><path d="M1.8 17c.4-3.3 2.5-5 5.7-5s5.3 1.7 5.7 5M13 4.3a3 3 0 0 1 0 5.4M15 12.3c1.9.7 3 2.3 3.2 4.7"/>`,
	IconFile:      `<path d="M4.5 2.5h7l4 4v11h-11z"/><path d="M11.5 2.5v4h4M7.5 10.5h5M7.5 13.5h5"/>`,
	IconFiles:     `<path d="M6.5 5.5v-3h6l4 4v8h-3"/><path d="M3.5 5.5h7l3 3v9h-10z"/>`,
	IconPaperclip: `<path d="m16 9.5-6 6a4 4 0 0 1-5.7-5.6l6.7-6.6a2.7 2.7 0 0 1 3.8 3.8l-6.5 6.4a1.3 1.3 0 0 1-1.9-1.9l5.6-5.5"/>`,
	IconUpload:    `<path d="M10 13V3M6 6.8 10 2.8l4 4M3 13v4.2h14V13"/>`,
	IconDownload:  `<path d="M10 2.8v10M6 9l4 4 4-4M3 13v4.2h14V13"/>`,
	IconPrint:     `<path d="M5.5 7V2.5h9V7M5.5 14.5h-3V7h15v7.5h-3"/><path d="M5.5 11.5h9v6h-9z"/>`,
	IconCopy:      `<path d="M7 7h10v10H7z"/><path d="M13 7V3H3v10h4"/>`,
	IconInbox:     `<path d="M2.5 11.5 5 3.5h10l2.5 8v5h-15z"/><path d="M2.5 11.5H7l1 2.2h4l1-2.2h4.5"/>`,
	IconSend:      `<path d="M2.5 9.5 17.5 3l-5 14.5-3-6z"/><path d="m9.5 11.5 8-8.5"/>`,
	IconStamp:     `<path d="M3.5 17.5h13M4.5 14.5v-2.7h4V9.5C7.3 8.5 6.8 7.4 6.8 6a3.2 3.2 0 0 1 6.4 0c0 1.4-.5 2.5-1.7 3.5v2.3h4v2.7z"/>`,
	IconPen:       `<path d="m3 17 .9-4L13.5 3.4l3.1 3.1L7 16.1z"/><path d="m11.5 5.5 3 3"/>`,
	IconReturn:    `<path d="M7 4 3 8l4 4"/><path d="M3.3 8H12a5 5 0 0 1 0 9.5H8"/>`,
	IconBuilding:  `<path d="M2.5 17.5h15M4.5 17.5V8M15.5 17.5V8M8.2 17.5V8M11.8 17.5V8M2.5 8h15L10 2.7z"/>`,
	IconHome:      `<path d="m2.5 9.5 7.5-6.7 7.5 6.7M4.7 8v9.5h10.6V8"/><path d="M8.3 17.5v-5h3.4v5"/>`,
	IconPlace:     `<path d="M10 17.8S4 12 4 7.9a6 6 0 0 1 12 0c0 4.1-6 9.9-6 9.9z"/><circle cx="10" cy="7.9" r="2.2"/>`,
	IconPhone:     `<path d="M3.5 3h3.7l1.5 4-2 1.5a10 10 0 0 0 4.8 4.8l1.5-2 4 1.5v3.7C9.5 17.5 2.5 10.5 3.5 3z"/>`,
	IconMail:      `<path d="M2.5 4.5h15v11h-15z"/><path d="m2.5 5.5 7.5 5.7 7.5-5.7"/>`,
	IconCalendar:  `<path d="M3 4.5h14v13H3zM3 8.5h14M6.8 2.5v4M13.2 2.5v4"/>`,
	IconMoney:     `<path d="M2.5 5h15v10h-15z"/><circle cx="10" cy="10" r="2.4"/><path d="M5.3 10h.1M14.6 10h.1"/>`,
	IconLock:      `<path d="M4 8.5h12v9H4z"/><path d="M6.5 8.5V6a3.5 3.5 0 0 1 7 0v2.5M10 12v2"/>`,
	IconMoon:      `<path d="M16.8 12A7.3 7.3 0 0 1 8 3.2a7.3 7.3 0 1 0 8.8 8.8z"/>`,
	IconSun:       `<circle cx="10" cy="10" r="3.5"/><path d="M10 2v1.8M10 16.2V18M2 10h1.8M16.2 10H18M4.3 4.3l1.3 1.3M14.4 14.4l1.3 1.3M4.3 15.7l1.3-1.3M14.4 5.6l1.3-1.3"/>`,
	IconBell:      `<path d="M4 14.5c1.3-1.4 1.5-3 1.5-6a4.5 4.5 0 0 1 9 0c0 3 .2 4.6 1.5 6z"/><path d="M8.5 17.3h3"/>`,
	IconFilter:    `<path d="M2.5 4h15M5 10h10M8 16h4"/>`,
	IconPlus:      `<path d="M10 3.5v13M3.5 10h13"/>`,
	IconBaby:      `<circle cx="10" cy="10" r="7.3"/><path d="M7.2 9v.1M12.8 9v.1M7.5 12.5c1.5 1.4 3.5 1.4 5 0M10 2.7c-1.2 1-1 2.5.3 2.7"/>`,
	IconRings:     `<circle cx="7.2" cy="11.5" r="4.7"/><circle cx="12.8" cy="11.5" r="4.7"/><path d="m6 3 1.2 1.8L8.5 3"/>`,
	IconCar:       `<path d="M2.5 15v-4.5L5 5h10l2.5 5.5V15z"/><path d="M2.8 10.5h14.4M5.5 12.8h.1M14.4 12.8h.1M4.5 15v2M15.5 15v2"/>`,
	IconShop:      `<path d="M3.5 9.5v8h13v-8M2.5 7 4 2.8h12L17.5 7a2.5 2.5 0 0 1-5 0 2.5 2.5 0 0 1-5 0 2.5 2.5 0 0 1-5 0z"/><path d="M8 17.5v-4.7h4v4.7"/>`,
	IconSchool:    `<path d="M1.8 7.5 10 3.5l8.2 4-8.2 4z"/><path d="M5 9.5V14c2.7 2.3 7.3 2.3 10 0V9.5M18.2 7.5V13"/>`,
	IconHealth:    `<path d="M10 17C4.5 13 2.5 10.3 2.5 7.3A4 4 0 0 1 10 5.5a4 4 0 0 1 7.5 1.8c0 3-2 5.7-7.5 9.7z"/><path d="M5 10h2.5l1.3-2.3 2 4.3 1.4-2H15"/>`,
	IconField:     `<path d="M2.5 16.5h15M10 16.5V8M10 9.5C6.5 9.5 4.5 7.5 4.5 4c3.5 0 5.5 2 5.5 5.5zM10 12c0-3 2-5 5.5-5 0 3.5-2 5-5.5 5z"/>`,
	IconWork:      `<path d="M2.5 6.5h15v10h-15zM7 6.5v-3h6v3M2.5 11h15"/>`,
	IconTrash:     `<path d="M3 5.5h14M7.5 5.5v-3h5v3M5 5.5l.8 12h8.4l.8-12M8.5 9v5M11.5 9v5"/>`,
	IconQR:        `<path d="M3 3h5v5H3zM12 3h5v5h-5zM3 12h5v5H3zM12 12h2v2h-2zM15.5 15.5h1.5v1.5h-1.5zM16.5 12h.5M12 17h.5"/>`,
	IconHelp:      `<circle cx="10" cy="10" r="7.5"/><path d="M7.8 7.8C8 6.5 8.9 5.8 10 5.8c1.3 0 2.2.8 2.2 2 0 1.7-2.2 1.8-2.2 3.4M10 13.8v.2"/>`,
}

const svgOpen = `<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">`

// Draw draws the icon; nothing for the empty icon.
func Draw(icon Icon) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		d, ok := drawings[icon]
		if !ok {
			return nil
		}
		_, err := io.WriteString(w, svgOpen+d+`</svg>`)
		return err
	})
}

// Mark is the product's sign: a door opened by one leaf.
func Mark() templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path class="mark-frame" d="M4 3h24v27h-3V6H7v24H4z"/><path class="mark-leaf" d="M9 8l10 3.2V30H9z"/><path class="mark-handle" d="M15.2 18.4h1.9v4h-1.9z"/></svg>`)
		return err
	})
}
