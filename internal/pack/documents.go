package pack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/motcua/motcua/internal/agency"
	"github.com/motcua/motcua/internal/eform"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow"
)

// Origin is under which name the catalogue keeps what the pack says.
func (p *Pack) Origin() string { return originPrefix + p.ID }

const originPrefix = "pack:"

// Documents returns everything but the procedures as the catalogue keeps it, thing by thing.
func (p *Pack) Documents() []procedure.Document {
	var out []procedure.Document
	put := func(kind, id, from, until string, v any) {
		out = append(out, procedure.Document{Kind: kind, ID: id, From: from, Until: until, Value: v})
	}
	put(procedure.KindHome, "province", "", "", p.Home)
	put(procedure.KindGeneral, "general", "", "", p.General)
	put(procedure.KindRights, "rights", "", "", p.Rights)
	put(procedure.KindRouting, "routing", "", "", p.Routing)
	if p.Synonyms != "" {
		put(procedure.KindSynonyms, "synonyms", "", "", p.Synonyms)
	}
	seen := map[string]bool{}
	// once keeps the spans of one thing apart: the same id may stand there with other dates.
	once := func(kind, id, from string) string {
		if seen[kind+" "+id] {
			id += "@" + from
		}
		seen[kind+" "+id] = true
		return id
	}
	for _, a := range p.Agencies {
		put(procedure.KindAgency, once(procedure.KindAgency, string(a.ID), a.From), a.From, a.Until, a)
	}
	for _, q := range p.Posts {
		put(procedure.KindPost, once(procedure.KindPost, q.ID, q.From), q.From, q.Until, q)
	}
	for _, h := range p.Hours {
		span := h.From
		if h.Season != nil {
			span += "/" + h.Season.From
		}
		put(procedure.KindHours, once(procedure.KindHours, h.ID, span), h.From, h.Until, h)
	}
	for _, f := range p.Forms {
		put(procedure.KindForm, f.ID, "", "", f)
	}
	for _, w := range p.Processes {
		c := *w
		c.Digest = ""
		put(procedure.KindProcess, w.ID, "", "", &c)
	}
	for _, path := range slices.Sorted(maps.Keys(p.Templates)) {
		put(procedure.KindTemplate, path, "", "", p.Templates[path])
	}
	return out
}

// Of makes the pack that says what a province has configured. It is named after the pack that the province was
// first set up from; its version is the day.
func Of(c procedure.Configuration, day string) (*Pack, error) {
	p := &Pack{
		Version: strings.ReplaceAll(day, "-", "."), Rights: map[string][]string{}, Templates: map[string]string{},
		files: map[string]*source{}, where: map[string]place{},
	}
	docs := slices.Clone(c.Documents)
	slices.SortStableFunc(docs, func(a, b procedure.StoredDocument) int { // what is a file of its own is read by name
		if a.Kind != b.Kind || (a.Kind != procedure.KindForm && a.Kind != procedure.KindProcess) {
			return 0
		}
		return strings.Compare(a.ID, b.ID)
	})
	for _, d := range docs {
		if id, ok := strings.CutPrefix(d.Origin, originPrefix); ok && (p.ID == "" || d.Kind == procedure.KindHome) {
			p.ID = id
		}
		if err := p.take(d); err != nil {
			return nil, fmt.Errorf("read %s %s, version %d: %w", d.Kind, d.ID, d.Number, err)
		}
	}
	if p.ID == "" {
		p.ID = "province"
	}
	p.Title = p.Home.Name
	for _, v := range c.Versions {
		x := *v
		x.Number, x.From, x.Until = 0, "", ""
		p.put("procedures", len(p.Procedures), "procedures/"+v.Code+".yaml")
		p.Procedures = append(p.Procedures, &x)
	}
	for _, one := range []string{"pack.yaml", "rights.yaml"} {
		p.put(one, 0, one)
	}
	return p, nil
}

// put says where the i-th thing of a file or folder would stand.
func (p *Pack) put(of string, i int, file string) {
	p.where[of+"#"+strconv.Itoa(i)] = place{name: file}
}

func (p *Pack) take(d procedure.StoredDocument) error {
	raw := []byte(d.Content)
	switch d.Kind {
	case procedure.KindHome:
		return json.Unmarshal(raw, &p.Home)
	case procedure.KindGeneral:
		return json.Unmarshal(raw, &p.General)
	case procedure.KindRights:
		return json.Unmarshal(raw, &p.Rights)
	case procedure.KindRouting:
		if err := json.Unmarshal(raw, &p.Routing); err != nil {
			return err
		}
		for i := range p.Routing {
			p.put("routing.yaml", i, "routing.yaml")
		}
	case procedure.KindSynonyms:
		return json.Unmarshal(raw, &p.Synonyms)
	case procedure.KindTemplate:
		var text string
		err := json.Unmarshal(raw, &text)
		p.Templates[d.ID] = text
		return err
	case procedure.KindAgency:
		var a agency.Agency
		p.put("agencies.yaml", len(p.Agencies), "agencies.yaml")
		err := json.Unmarshal(raw, &a)
		p.Agencies = append(p.Agencies, a)
		return err
	case procedure.KindPost:
		var x agency.Post
		p.put("posts.yaml", len(p.Posts), "posts.yaml")
		err := json.Unmarshal(raw, &x)
		p.Posts = append(p.Posts, x)
		return err
	case procedure.KindHours:
		var h agency.Hours
		p.put("hours.yaml", len(p.Hours), "hours.yaml")
		err := json.Unmarshal(raw, &h)
		p.Hours = append(p.Hours, h)
		return err
	case procedure.KindForm:
		f := &eform.Form{}
		p.put("forms", len(p.Forms), "forms/"+d.ID+".yaml")
		p.Forms = append(p.Forms, f)
		return json.Unmarshal(raw, f)
	case procedure.KindProcess:
		w := &workflow.Process{}
		p.put("processes", len(p.Processes), "processes/"+d.ID+".yaml")
		p.Processes = append(p.Processes, w)
		err := json.Unmarshal(raw, w)
		w.Digest = d.Digest
		return err
	}
	return nil // days of a calendar, and what a newer version writes: no part of a pack
}
