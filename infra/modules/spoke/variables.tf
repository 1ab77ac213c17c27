variable "hub" {
  description = "The output `hub` of the hub."
  type = object({
    name                     = string
    account                  = string
    bus_arn                  = string
    role_arn                 = string
    mode                     = string
    member_role              = string
    contain_account_settings = bool
    watch_objects            = bool
  })
}

variable "first_region" {
  description = "Whether this is the first Region of an account: it makes what an account has once, the member role and the schedule of sweeps."
  type        = bool
  default     = false
  nullable    = false
}

variable "sweep_hours" {
  description = "Hours between two looks at every bucket of the account."
  type        = number
  default     = 6
  nullable    = false

  validation {
    condition     = var.sweep_hours >= 1 && var.sweep_hours <= 24 && floor(var.sweep_hours) == var.sweep_hours
    error_message = "`sweep_hours` is a whole number from 1 to 24."
  }
}

variable "alarm_topic_arns" {
  description = "SNS topics of this Region that hear of events which could not be sent to the hub."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles; null: none."
  type        = string
  default     = null
}
