package print

import "time"

// FormSet names the circular whose forms are drawn. A dossier keeps the set it was accepted under.
type FormSet string

// The two sets of forms in use since 2018.
const (
	TT01of2018 FormSet = "tt-01-2018" // TT 01/2018/TT-VPCP, with NĐ 61/2018
	TT03of2025 FormSet = "tt-03-2025" // TT 03/2025/TT-VPCP, with NĐ 118/2025
)

// Copy says which copy of a form a sheet is.
type Copy string

// Copies of a form. The zero value prints no mark.
const (
	CopyKept  Copy = "kept"  // liên 1, kept by the office
	CopyGiven Copy = "given" // liên 2, given to the person
)

// Head is the top of every form: who issues it, its number, and where and when. Names are given as
// they are written in a sentence; the form sets them in capitals.
type Head struct {
	Parent string    // the body above the issuing one; may be empty
	Agency string    // the issuing body
	Number string    // number and symbol, such as "12/HDHS"; may be empty
	Place  string    // name of the place, such as "An Bình"
	Issued time.Time // day and time of issue; also the creation date of the PDF
	Copy   Copy
}

// Trace lets the holder of a paper follow the dossier and check that its record is whole.
type Trace struct {
	Address     string // full tracking address drawn as QR; empty draws no QR
	Site        string // short address to type, such as "motcua.anbinh.gov.vn/theo-doi"
	Secret      string // the word asked beside the dossier code; may be empty
	JournalHead string // signed head of the journal at the time of printing; may be empty
}

// Person is an applicant as printed: an individual or an organisation.
type Person struct {
	Name    string
	ID      string // personal identification number, tax code or enterprise code
	Address string
	Phone   string
	Email   string
}

// Component is one paper of the dossier with the number of sheets of each form handed in.
type Component struct {
	Name       string
	Originals  int // bản chính
	Certified  int // bản sao có chứng thực
	Copies     int // bản sao, bản chụp
	Electronic int // bản điện tử
}

// Fee is one fee or charge in đồng.
type Fee struct {
	Name   string
	Amount int64
	Note   string // such as "đã nộp" or "miễn"; may be empty
}

// Receipt is form 01: the paper that the dossier was received and when its result is due.
// It is one A5 page whatever the data.
type Receipt struct {
	Head
	Trace
	DossierCode  string
	Desk         string // name of the receiving desk
	Applicant    Person
	Submitter    string // who stood at the desk, when not the applicant
	Procedure    string
	Components   []Component
	Sets         int    // number of sets; 0 leaves the line out
	Limit        string // statutory processing time in words: "10 ngày làm việc"
	ReceivedAt   time.Time
	DueAt        time.Time
	ReturnAt     string // where and how the result is returned
	Fees         []Fee
	Book, Serial string // register book and serial number; may be empty
	Officer      string // receiving officer
}

// Stage says when a supplement was asked for.
type Stage string

// Stages of a supplement request.
const (
	AtReception Stage = "reception" // before acceptance
	AtAppraisal Stage = "appraisal" // by the resolving agency, through the desk
)

// SupplementItem is one thing that the person must supply or mend.
type SupplementItem struct {
	Name  string
	Form  string // form and quantity in words: "01 bản chính"; may be empty
	Wrong string // what is missing or wrong; may be empty
}

// SupplementRequest is form 02: everything missing, asked for once.
type SupplementRequest struct {
	Head
	Trace
	DossierCode  string
	Desk         string
	Applicant    Person
	Procedure    string
	Stage        Stage
	Items        []SupplementItem
	Reason       string
	Guidance     string
	LegalBasis   string
	Deadline     time.Time // last day to complete; zero leaves the line out
	Contact      string    // officer who explains
	ContactPhone string
	Officer      string // who signs
}

// RefusalKind says what is refused.
type RefusalKind string

// Kinds of refusal: at the door, or as the result of the procedure.
const (
	RefusedReception RefusalKind = "reception"
	NotEligible      RefusalKind = "not-eligible"
)

// Refusal is form 03: the reason in writing, with its legal basis.
type Refusal struct {
	Head
	Trace
	DossierCode string
	Kind        RefusalKind
	Desk        string
	Applicant   Person
	Procedure   string
	Reason      string // may have several lines
	LegalBasis  string
	Guidance    string // where the person may turn; may be empty
	Officer     string // who signs
	SignerTitle string // post of who signs when NotEligible: "GIÁM ĐỐC"
}

// Outcome compares the end of a leg with its own limit.
type Outcome string

// Outcomes of a leg. The zero value means that it is not over.
const (
	Early   Outcome = "early"
	OnTime  Outcome = "on-time"
	Overdue Outcome = "overdue"
)

// Handover is one change of custody: who handed the dossier to whom, and how the handing side had kept its time.
type Handover struct {
	From, To         string // agencies or units
	GivenBy, TakenBy string // persons
	At               time.Time
	Outcome          Outcome
	Note             string
}

// ControlSlip is the slip that travels with the dossier: form 05 of TT 01/2018, form 06 of TT 03/2025.
type ControlSlip struct {
	Head
	Trace
	DossierCode string
	Applicant   string
	Procedure   string
	Resolving   string // resolving agency
	Cooperating string // other agencies in one line; may be empty
	ReceivedAt  time.Time
	DueAt       time.Time
	Handovers   []Handover
}
