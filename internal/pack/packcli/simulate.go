package packcli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/motcua/motcua/internal/pack"
	"github.com/motcua/motcua/internal/procedure"
	"github.com/motcua/motcua/internal/workflow/simulate"
)

// simulate lets files run through a process of a pack. The legal limit is the first that a procedure on this process
// states, unless one is named.
func (c *command) simulate(args []string) int {
	rest, err := c.parse("simulate", args, "runs", "arrivals", "staff", "limit", "seed", "svg", "json")
	if err != nil || len(rest) != 2 {
		return c.usage("simulate wants a folder and the id of a process")
	}
	if c.plan.Staff, err = people(c.staff); err != nil {
		return c.usage(err.Error())
	}
	p, problems := pack.Load(os.DirFS(rest[0]))
	if len(problems) > 0 {
		c.list(problems)
		return Problems
	}
	w, ok := p.Process(rest[1])
	if !ok {
		return c.fail(fmt.Errorf("there is no process %q in processes/", rest[1]))
	}
	if c.plan.Legal == "" {
		c.plan.Legal = legal(p, w.ID)
	}
	r, err := simulate.Run(w, c.plan)
	if err != nil {
		return c.fail(err)
	}
	if c.svg != "" {
		if err := os.WriteFile(c.svg, []byte(r.SVG()), 0o600); err != nil {
			return c.fail(err)
		}
	}
	if c.json {
		if code := c.write(r); code != OK {
			return code
		}
	} else {
		c.waits(r)
	}
	if r.Wrong > 0 {
		return Problems
	}
	return OK
}

// people reads "competent/case_officer=3,desk/receiving_officer=2".
func people(text string) (map[string]int, error) {
	out := map[string]int{}
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		key, number, ok := strings.Cut(part, "=")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || n < 1 {
			return nil, fmt.Errorf("--staff %q is not of the form place/role=number", part)
		}
		out[key] = n
	}
	return out, nil
}

func legal(p *pack.Pack, process string) string {
	for _, v := range p.Procedures {
		if v.Process == process || v.Process == "" && p.General.Process == process {
			if l := first(v); l != "" {
				return l
			}
		}
	}
	return ""
}

func first(v *procedure.Version) string {
	for _, ch := range v.Channels {
		for _, l := range ch.Limits {
			if l.Limit != "" {
				return l.Limit
			}
		}
	}
	return ""
}

// waits prints the result as tables.
func (c *command) waits(r simulate.Result) {
	fmt.Fprintln(c.stdout, r.Summary())
	t := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nBước\tLượt\tChờ trung bình\tMột nửa trong\t95% trong\tXử lý\tQuá hạn bước")
	for _, s := range r.Steps {
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%d\n", s.Title, s.Visits, r.Hours(s.Mean), r.Hours(s.P50), r.Hours(s.P95), r.Hours(s.Service), s.Late)
	}
	fmt.Fprintln(t, "\nNgười giữ\tSố người\tBận")
	for _, p := range r.Pools {
		fmt.Fprintf(t, "%s\t%d\t%s\n", p.Key, p.Staff, simulate.Share(int(p.Utilisation*1000+0.5), 1000))
	}
	if err := t.Flush(); err != nil {
		fmt.Fprintln(c.stderr, "motcua pack: "+err.Error())
	}
	if r.First != "" {
		fmt.Fprintln(c.stderr, r.First)
	}
}
