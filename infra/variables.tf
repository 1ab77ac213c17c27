variable "name" {
  description = "Prefix of everything that is made."
  type        = string
  default     = "s3-guardrail"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,40}$", var.name))
    error_message = "3 to 41 small letters, digits and hyphens, a letter first."
  }
}

variable "mode" {
  description = "The mode of the guardrail file: the role may write only in `enforce`."
  type        = string
  default     = "notify"

  validation {
    condition     = contains(["observe", "notify", "enforce"], var.mode)
    error_message = "One of observe, notify, enforce."
  }
}

variable "package" {
  description = "Path of the function's zip, as `cargo lambda build --output-format zip` makes it."
  type        = string
}

variable "architecture" {
  description = "What the zip was built for."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "One of x86_64, arm64."
  }
}

variable "guardrail_layer_arn" {
  description = "Layer version that holds the guardrail file as guardrail.toml; null: the built-in file, in mode notify."
  type        = string
  default     = null
}

variable "sweep_schedule" {
  description = "How often every bucket of the account is looked at, as an EventBridge schedule expression."
  type        = string
  default     = "rate(1 day)"
}

variable "page_emails" {
  description = "Addresses that pages are mailed to; each has to confirm."
  type        = set(string)
  default     = []
}

variable "log_retention_days" {
  description = "Days that the function's log is kept."
  type        = number
  default     = 90
}
