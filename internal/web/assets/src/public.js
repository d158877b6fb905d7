import "./eform.js";
import { forms } from "./forms.js";

forms();
