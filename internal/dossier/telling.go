package dossier

// NoticeJob is the kind of job that Record leaves with every act, in its transaction: whoever tells people what
// happened reads the named events from the journal. Its arguments are NoticeArgs.
const NoticeJob = "dossier.notice"

// NoticeArgs name the events of one act: From to Seq, both included. From is 0 in jobs of older versions and of
// histories that were brought in: then only Seq is meant.
type NoticeArgs struct {
	Case string `json:"case"`
	From int64  `json:"from,omitempty"`
	Seq  int64  `json:"seq"`
}
