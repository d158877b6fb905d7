package app

import "github.com/motcua/motcua/internal/web"

// DemoLimits are the rate limits of a demo: many people share one machine and one address there.
func DemoLimits() web.Limits {
	l := web.DefaultLimits()
	for class, r := range l {
		if class != web.LimitTrack {
			l[class] = web.Rate{PerMinute: r.PerMinute * 10, Burst: r.Burst * 10}
		}
	}
	return l
}
