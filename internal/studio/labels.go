package studio

import (
	"unicode"
	"unicode/utf8"
)

// label says one field of a definition in words. Patterns are paths with [] for the elements of lists.
type label struct {
	vi, en string
	by     []string // what identifies an element of a list
	title  []string // what people call it
	as     as
	rank   int // order in which fields are told

	yes, yesEn, no, noEn string // whole phrases of a field that is yes or no
}

// as is how a value is written.
type as uint8

const (
	asText as = iota
	asLimit
	asMoney
	asDay
	asWord
)

// entry makes a label; the order of the table is the order of telling.
type entry struct {
	pattern string
	label
}

func field(pattern, vi, en string) entry { return entry{pattern, label{vi: vi, en: en}} }

func kept(pattern, vi, en string, how as) entry {
	return entry{pattern, label{vi: vi, en: en, as: how}}
}

func each(pattern, vi, en string, title []string, by ...string) entry {
	return entry{pattern, label{vi: vi, en: en, by: by, title: title}}
}

func flag(pattern, vi, en, yes, no, yesEn, noEn string) entry {
	return entry{pattern, label{vi: vi, en: en, yes: yes, no: no, yesEn: yesEn, noEn: noEn}}
}

var titled = []string{"title", "name", "label"}

// steps of a process and of its parts have the same fields.
func stepFields(at string) []entry {
	s := at + ".[]"
	return []entry{
		each(at, "bước", "step", titled, "id"),
		field(s+".title", "tên bước", "title"),
		kept(s+".kind", "loại bước", "kind", asWord),
		kept(s+".at", "nơi thực hiện", "place", asWord),
		field(s+".unit", "đơn vị", "unit"),
		kept(s+".role", "vai trò", "role", asWord),
		field(s+".post", "vị trí", "post"),
		kept(s+".assign", "cách phân công", "assignment", asWord),
		kept(s+".limit", "thời hạn", "limit", asLimit),
		field(s+".help", "hướng dẫn", "instruction"),
		field(s+".form", "biểu mẫu phải điền", "form to fill"),
		field(s+".makes", "giấy tờ phải lập", "paper to produce"),
		field(s+".sees", "phần được xem", "part that may be seen"),
		field(s+".edits", "phần được sửa", "part that may be edited"),
		each(s+".to", "đường đi tới", "way to", []string{"title", "to"}, "to"),
		field(s+".to.[].when", "điều kiện", "condition"),
		field(s+".to.[].title", "chữ trên đường đi", "words on the way"),
		kept(s+".need", "số nhánh cần xong", "branches needed", asWord),
		kept(s+".for", "chờ", "waits for", asWord),
		field(s+".of", "cơ quan được hỏi", "agency asked"),
		field(s+".part", "nhánh hồ sơ con", "part"),
		field(s+".procedure", "thủ tục của hồ sơ con", "procedure of the sub-case"),
		kept(s+".does", "việc tự động", "automatic act", asWord),
		field(s+".text", "nội dung", "text"),
		kept(s+".late.tell", "báo quá hạn cho", "tells when late", asWord),
		field(s+".late.to", "quá hạn chuyển đến bước", "goes on when late to step"),
		each(s+".actions", "hành động", "action", titled, "id"),
		field(s+".actions.[].label", "tên nút", "label"),
		kept(s+".actions.[].means", "ý nghĩa", "meaning", asWord),
		field(s+".actions.[].to", "chuyển đến bước", "leads to step"),
		field(s+".actions.[].when", "điều kiện", "condition"),
		flag(s+".actions.[].note", "ý kiến", "note", "nay phải ghi ý kiến", "không còn phải ghi ý kiến", "a note is required now", "a note is no longer required"),
		flag(s+".actions.[].primary", "việc chính", "usual act", "nay là việc thường làm", "không còn là việc thường làm", "is the usual act now", "is no longer the usual act"),
	}
}

// questions of a form and of the items of a repeated group have the same fields.
func questionFields(at string) []entry {
	f := at + ".[]"
	return []entry{
		each(at, "câu hỏi", "question", []string{"label", "path"}, "path"),
		field(f+".label", "lời hỏi", "label"),
		field(f+".label_en", "lời hỏi tiếng Anh", "English label"),
		field(f+".short", "tên ngắn", "short name"),
		field(f+".short_en", "tên ngắn tiếng Anh", "English short name"),
		field(f+".hint", "gợi ý", "hint"),
		field(f+".hint_en", "gợi ý tiếng Anh", "English hint"),
		field(f+".mend", "lời nhắc khi sai", "words when it does not fit"),
		field(f+".mend_en", "lời nhắc khi sai, tiếng Anh", "English words when it does not fit"),
		kept(f+".widget", "cách hỏi", "widget", asWord),
		field(f+".fill", "điền sẵn từ", "filled from"),
		each(f+".options", "lựa chọn", "option", []string{"label", "value"}, "value"),
		field(f+".options.[].label", "lời lựa chọn", "label"),
		field(f+".options.[].label_en", "lời lựa chọn tiếng Anh", "English label"),
		field(f+".when.path", "chỉ hỏi khi trả lời câu", "asked only by the answer to"),
		field(f+".when.equals", "giá trị để hỏi", "asked when it is"),
		field(f+".when.one_of", "giá trị để hỏi", "asked when it is"),
		flag(f+".when.filled", "đã điền", "filled", "chỉ hỏi khi đã điền", "không cần đã điền", "asked when it is filled", "need not be filled"),
		kept(f+".bounds.from", "sớm nhất", "earliest", asDay),
		kept(f+".bounds.until", "muộn nhất", "latest", asDay),
		flag(f+".bounds.past", "quá khứ", "past", "phải là ngày đã qua", "không cần là ngày đã qua", "must be in the past", "need not be in the past"),
		flag(f+".bounds.future", "tương lai", "future", "phải là ngày sắp tới", "không cần là ngày sắp tới", "must be in the future", "need not be in the future"),
		field(f+".bounds.min_age", "tuổi nhỏ nhất", "least age"),
		field(f+".bounds.max_age", "tuổi lớn nhất", "greatest age"),
		field(f+".bounds.not_before", "không trước ngày ở câu", "not before the date of"),
		field(f+".item", "tên một mục", "name of one item"),
		field(f+".item_en", "tên một mục, tiếng Anh", "English name of one item"),
	}
}

// labels says every field that a person may change; what is not here is said by its path.
var labels = table(
	// Processes.
	under(Process, []entry{
		field("title", "tên", "title"), field("basis", "căn cứ", "basis"),
		field("start", "bước bắt đầu", "first step"),
		each("parts", "nhánh hồ sơ con", "part", titled, "id"),
		field("parts.[].title", "tên nhánh", "title"), field("parts.[].start", "bước bắt đầu", "first step"),
	}),
	under(Process, stepFields("steps")), under(Process, stepFields("parts.[].steps")),
	// Forms.
	under(Form, []entry{
		field("title", "tên", "title"), field("title_en", "tên tiếng Anh", "English title"), field("basis", "căn cứ", "basis"),
		each("layout.sections", "phần", "section", titled, "id"),
		field("layout.sections.[].title", "tên phần", "title"), field("layout.sections.[].title_en", "tên phần tiếng Anh", "English title"),
		field("layout.sections.[].help", "hướng dẫn", "help"), field("layout.sections.[].help_en", "hướng dẫn tiếng Anh", "English help"),
		field("layout.sections.[].when.path", "chỉ hiện khi trả lời câu", "shown only by the answer to"),
		field("layout.sections.[].when.equals", "giá trị để hiện", "shown when it is"),
		field("layout.sections.[].when.one_of", "giá trị để hiện", "shown when it is"),
		field("layout.subject.name", "câu cho biết họ tên", "question of the name"), field("layout.subject.number", "câu cho biết số định danh", "question of the number"),
		field("layout.subject.birth", "câu cho biết ngày sinh", "question of the birth"), field("layout.subject.phone", "câu cho biết điện thoại", "question of the phone"),
		field("layout.subject.email", "câu cho biết thư điện tử", "question of the e-mail"), field("layout.subject.address", "câu cho biết địa chỉ", "question of the address"),
		flag("schema.[].required", "bắt buộc", "required", "nay bắt buộc trả lời", "không còn bắt buộc trả lời", "is required now", "is no longer required"),
		kept("schema.[].type", "kiểu", "type", asWord), field("schema.[].format", "dạng", "format"), field("schema.[].pattern", "mẫu", "pattern"),
		field("schema.[].maxLength", "dài nhất", "greatest length"), field("schema.[].minLength", "ngắn nhất", "least length"),
		field("schema.[].maximum", "lớn nhất", "greatest"), field("schema.[].minimum", "nhỏ nhất", "least"),
		field("schema.[].maxItems", "nhiều mục nhất", "most items"), field("schema.[].minItems", "ít mục nhất", "fewest items"),
		field("schema.[].enum", "giá trị được nhận", "accepted value"),
	}),
	under(Form, questionFields("layout.sections.[].fields")), under(Form, questionFields("layout.sections.[].fields.[].fields")),
	// Procedures.
	under(Procedure, []entry{
		field("name", "tên", "name"), field("purpose", "mục đích", "purpose"), field("sector", "lĩnh vực", "sector"), field("ministry", "bộ quản lý", "ministry"),
		kept("levels", "cấp thực hiện", "level", asWord), field("level_text", "cấp thực hiện (nguyên văn)", "level, verbatim"), field("kind", "loại thủ tục", "kind"),
		field("decision", "quyết định công bố", "publishing decision"), field("subjects", "đối tượng thực hiện", "subject"),
		field("authority", "cơ quan có thẩm quyền", "competent authority"), field("executor", "cơ quan thực hiện", "executing agency"),
		field("delegate", "cơ quan được ủy quyền", "authorised agency"), field("partner", "cơ quan phối hợp", "cooperating agency"),
		field("address", "địa chỉ tiếp nhận", "place of submission"), field("steps", "trình tự thực hiện", "order of steps"),
		field("conditions", "yêu cầu, điều kiện", "conditions"), field("form", "biểu mẫu", "form"), field("process", "quy trình", "process"),
		kept("competent", "cơ quan giải quyết", "resolving agency", asWord), kept("online", "mức trực tuyến", "online level", asWord),
		flag("same_visit", "trả ngay", "same visit", "nay giải quyết ngay trong buổi", "không còn giải quyết ngay trong buổi", "resolved in the same visit now", "no longer resolved in the same visit"),
		flag("linked", "liên thông", "linked", "nay là nhóm thủ tục liên thông", "không còn là nhóm thủ tục liên thông", "a group of linked procedures now", "no longer a group of linked procedures"),
		field("sets", "số bộ hồ sơ", "sets of papers"), field("keywords", "từ khóa", "keyword"), field("related", "thủ tục liên quan", "related procedures"),
		{"channels", label{vi: "cách thực hiện", en: "channel", by: []string{"kind"}, title: []string{"kind"}, as: asWord}},
		each("channels.[].limits", "thời hạn của trường hợp", "limit of the case", []string{"case", "verbatim", "limit"}, "case"),
		kept("channels.[].limits.[].limit", "thời hạn", "limit", asLimit), field("channels.[].limits.[].verbatim", "nguyên văn", "verbatim"),
		each("channels.[].fees", "khoản thu", "fee", []string{"name", "case", "verbatim"}, "kind", "name", "case"),
		kept("channels.[].fees.[].amount", "mức thu", "amount", asMoney), kept("channels.[].fees.[].kind", "loại", "kind", asWord),
		field("channels.[].fees.[].verbatim", "nguyên văn", "verbatim"),
		flag("channels.[].fees.[].known", "rõ mức", "known", "nay rõ mức thu", "mức thu chỉ còn ở nguyên văn", "the amount is known now", "the amount stands only in the words"),
		field("channels.[].note", "ghi chú", "note"),
		each("components", "giấy tờ", "paper", []string{"name"}, "id"),
		field("components.[].name", "tên giấy tờ", "name"), field("components.[].group", "trường hợp", "case"),
		field("components.[].originals", "số bản chính", "originals"), field("components.[].copies", "số bản sao", "copies"),
		flag("components.[].required", "bắt buộc", "required", "nay bắt buộc nộp", "không còn bắt buộc nộp", "is required now", "is no longer required"),
		flag("components.[].counted", "số lượng", "counted", "nay nêu số lượng", "không nêu số lượng", "states quantities now", "states no quantities"),
		flag("components.[].note", "ghi chú", "remark", "nay chỉ là ghi chú", "nay là giấy tờ", "is only a remark now", "is a paper now"),
		field("components.[].templates", "mẫu", "template"), field("components.[].reuse", "lấy từ cơ sở dữ liệu", "taken from the database"),
		field("components.[].verbatim", "nguyên văn", "verbatim"),
		each("results", "kết quả", "result", []string{"name"}, "code", "name"), field("results.[].name", "tên kết quả", "name"), field("results.[].code", "mã kết quả", "code"),
		each("bases", "căn cứ pháp lý", "legal basis", []string{"number", "name"}, "number", "name"),
		kept("bases.[].date", "ngày ban hành", "date", asDay), field("bases.[].issuer", "cơ quan ban hành", "issuer"), field("bases.[].name", "tên văn bản", "name"),
		each("pauses", "trường hợp tạm dừng", "pause", []string{"name"}, "id"), field("pauses.[].name", "tên", "name"), field("pauses.[].basis", "căn cứ", "basis"),
		each("marks", "điểm chưa rõ của nguồn", "mark", []string{"verbatim", "field"}, "field", "reason"),
	}),
	// The rest.
	[]entry{
		each("agencies", "cơ quan", "agency", []string{"name"}, "id", "from"),
		field("agencies.[].name", "tên", "name"), field("agencies.[].short_name", "tên ngắn", "short name"), field("agencies.[].name_en", "tên tiếng Anh", "English name"),
		field("agencies.[].code", "mã định danh", "electronic code"), kept("agencies.[].kind", "loại", "kind", asWord), kept("agencies.[].level", "cấp", "level", asWord),
		field("agencies.[].parent", "cơ quan cấp trên", "parent"), field("agencies.[].desk", "bộ phận một cửa", "desk"), field("agencies.[].place", "địa bàn", "place"),
		field("agencies.[].address", "địa chỉ", "address"), field("agencies.[].phone", "điện thoại", "phone"), field("agencies.[].email", "thư điện tử", "e-mail"),
		field("agencies.[].hours", "giờ làm việc", "office hours"), kept("agencies.[].until", "kết thúc ngày", "ends on", asDay), field("agencies.[].successor", "cơ quan kế thừa", "successor"),
		each("agencies.[].units", "đơn vị", "unit", []string{"name"}, "id"), field("agencies.[].units.[].name", "tên", "name"),
		each("posts", "vị trí", "post", []string{"title"}, "id", "from"),
		field("posts.[].title", "tên vị trí", "title"), field("posts.[].agency", "cơ quan", "agency"), field("posts.[].unit", "đơn vị", "unit"),
		kept("posts.[].roles", "vai trò", "role", asWord), kept("posts.[].until", "kết thúc ngày", "ends on", asDay),
		each("hours", "giờ làm việc", "office hours", []string{"name", "id"}, "id", "from"),
		field("hours.[].name", "tên", "name"), kept("hours.[].until", "kết thúc ngày", "ends on", asDay),
		kept("hours.[].due_time", "giờ hẹn trả", "time of due dates", asWord), field("hours.[].after", "nhận sau giờ này tính từ hôm sau", "received after this counts from the next day"),
		each("routing", "quy tắc phân công", "rule", nil),
		field("routing.[].ministry", "bộ", "ministry"), field("routing.[].sector", "lĩnh vực", "sector"), kept("routing.[].level", "cấp", "level", asWord),
		kept("routing.[].competent", "cơ quan giải quyết", "resolving agency", asWord),
		field("province.name", "tên tỉnh", "name of the province"), field("province.hours", "giờ làm việc chung", "office hours"),
		field("province.owner", "cơ quan chủ quản", "owner"), field("province.responsible", "cơ quan chịu trách nhiệm", "responsible"),
		field("province.address", "địa chỉ", "address"), field("province.phone", "điện thoại", "phone"), field("province.email", "thư điện tử", "e-mail"),
		field("general.form", "biểu mẫu chung", "general form"), field("general.process", "quy trình chung", "general process"),
	},
)

// under puts fields below the kind of document they belong to: a step of a process is not a step of a procedure.
func under(kind Kind, fields []entry) []entry {
	for i := range fields {
		fields[i].pattern = string(kind) + "." + fields[i].pattern
	}
	return fields
}

func table(parts ...[]entry) map[string]label {
	out := map[string]label{}
	for _, part := range parts {
		for _, e := range part {
			e.rank = len(out)
			out[e.pattern] = e.label
		}
	}
	return out
}

// days of the week and roles are keys of maps.
var keyNames = map[string][2]string{
	"mon": {"thứ Hai", "Monday"}, "tue": {"thứ Ba", "Tuesday"}, "wed": {"thứ Tư", "Wednesday"}, "thu": {"thứ Năm", "Thursday"},
	"fri": {"thứ Sáu", "Friday"}, "sat": {"thứ Bảy", "Saturday"}, "sun": {"Chủ nhật", "Sunday"},
}

// wordsOf are the words of configured values.
var wordsOf = map[string][2]string{
	"citizen": {"người nộp", "applicant"}, "receiving_officer": {"cán bộ tiếp nhận", "receiving officer"}, "case_officer": {"chuyên viên thụ lý", "case officer"},
	"division_head": {"lãnh đạo phòng", "head of division"}, "agency_head": {"lãnh đạo cơ quan", "head of agency"}, "clerk": {"văn thư", "clerk"},
	"procedure_control": {"kiểm soát thủ tục", "procedure control"}, "administrator": {"quản trị hệ thống", "administrator"},
	"forward": {"chuyển xử lý", "forward"}, "assign": {"phân công", "assign"}, "submit_up": {"trình", "submit up"}, "send_back": {"trả lại", "send back"},
	"approve": {"phê duyệt", "approve"}, "decline": {"không đồng ý", "decline"}, "result": {"phát hành kết quả", "release the result"},
	"hand": {"trả kết quả", "hand over"}, "complete": {"giải quyết và trả ngay", "complete at once"}, "answer": {"trả lời", "answer"},
	"desk": {"bộ phận một cửa", "the desk"}, "competent": {"cơ quan giải quyết", "the resolving agency"}, "commune": {"cấp xã", "commune"},
	"superior": {"cơ quan cấp trên", "the superior agency"}, "lead": {"cơ quan chủ trì", "the leading agency"},
	"choice": {"rẽ nhánh", "choice"}, "fork": {"tách nhánh song song", "fork"}, "join": {"hợp nhánh", "join"}, "wait": {"chờ", "wait"},
	"ask": {"lấy ý kiến", "consultation"}, "sub": {"hồ sơ con", "sub-case"}, "auto": {"tự động", "automatic"},
	"all": {"tất cả", "all"}, "any": {"một", "any"}, "time": {"hết thời gian", "a time"}, "paper": {"giấy tờ", "a paper"}, "payment": {"thanh toán", "a payment"},
	"load": {"theo khối lượng việc", "by load"}, "area": {"theo địa bàn", "by area"}, "same": {"người đã xử lý", "who had it before"},
	"notice": {"gửi thông báo", "sends a notice"}, "note": {"ghi vào hồ sơ", "writes a note"},
	"direct": {"trực tiếp", "in person"}, "online": {"trực tuyến", "online"}, "post": {"qua bưu chính", "by post"},
	"full": {"toàn trình", "full"}, "partial": {"một phần", "partial"}, "none": {"không trực tuyến", "not online"},
	"phi": {"phí", "fee"}, "le_phi": {"lệ phí", "charge"}, "other": {"khoản khác", "other"},
	"ministry": {"bộ, ngành", "ministry"}, "province": {"cấp tỉnh", "province"}, "district": {"cấp huyện", "district"},
	"commune-of-applicant": {"UBND cấp xã nơi người nộp cư trú", "the applicant’s commune"},
	"text":                 {"một dòng", "text"}, "textarea": {"nhiều dòng", "several lines"}, "name": {"họ tên", "name"}, "date": {"ngày", "date"},
	"personal_number": {"số định danh", "personal number"}, "tax_code": {"mã số thuế", "tax code"}, "phone": {"điện thoại", "phone"},
	"email": {"thư điện tử", "e-mail"}, "address": {"địa chỉ", "address"}, "select": {"danh sách", "list"}, "checks": {"chọn nhiều", "checks"},
	"number": {"số", "number"}, "money": {"số tiền", "money"}, "yes_no": {"có hay không", "yes or no"}, "group": {"nhóm lặp lại", "repeated group"},
	"string": {"chữ", "text"}, "integer": {"số nguyên", "whole number"}, "boolean": {"có hay không", "yes or no"}, "object": {"nhóm", "group"}, "array": {"danh sách", "list"},
	"session_end": {"cuối buổi", "end of the session"}, "same_clock": {"cùng giờ tiếp nhận", "the same time of day"},
	"people_committee": {"Ủy ban nhân dân", "people’s committee"}, "committee_office": {"Văn phòng", "committee office"}, "department": {"sở, ngành", "department"},
	"sub_department": {"chi cục", "sub-department"}, "vertical_agency": {"cơ quan ngành dọc", "vertical agency"}, "public_service_centre": {"trung tâm phục vụ hành chính công", "public service centre"},
}

// label finds the words of a pattern; the pattern itself when there are none.
func (t *teller) label(pattern string) label {
	if l, ok := labels[pattern]; ok {
		return l
	}
	last := pattern
	for i := len(pattern) - 1; i >= 0; i-- {
		if pattern[i] == '.' {
			last = pattern[i+1:]
			break
		}
	}
	if w, ok := keyNames[last]; ok {
		return label{vi: w[0], en: w[1]}
	}
	if w, ok := wordsOf[last]; ok && t.kind == Rights {
		return label{vi: "quyền của " + w[0], en: "right of " + w[1]}
	}
	return label{vi: last, en: last}
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
