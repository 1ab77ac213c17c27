# A hub in one account of an organization (its StackSets delegated administrator, best the one for
# security), and a stack in each account of some units, accounts that join later included. StackSets
# leave out the management account: apply modules/spoke there, in us-east-1 as well, where the
# changes of the organization's own policies are logged.

terraform {
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "package" {
  description = "The function's zip, as the hub takes it."
  type        = any
  default     = {}
}

variable "organization_id" {
  description = "The organization whose accounts are watched."
  type        = string
  default     = "o-exampleorgid"
}

variable "unit_ids" {
  description = "Its units, or its root, in whose accounts stacks are made."
  type        = set(string)
  default     = ["r-exam"]
}

variable "regions" {
  description = "The Regions in which accounts are watched, the one with the member role first."
  type        = list(string)
  default     = ["eu-west-1", "us-east-1"]
}

variable "call_as" {
  description = "SELF in the management account, DELEGATED_ADMIN elsewhere."
  type        = string
  default     = "DELEGATED_ADMIN"
}

module "hub" {
  source = "../.."

  package = var.package
  members = { organization_id = var.organization_id }

  subscribers = {
    page_emails = ["oncall@example.com"]
  }
}

locals {
  permissions = jsondecode(file("${path.module}/../../permissions.json"))
  may_write   = module.hub.hub.mode == "enforce"
  may_raise   = local.may_write && module.hub.hub.contain_account_settings

  own_account = { StringEquals = { "aws:ResourceAccount" = { Ref = "AWS::AccountId" } } }
  statements = [
    {
      sid       = "ReadBuckets"
      effect    = "Allow"
      actions   = local.permissions.read_bucket
      resource  = "arn:$${AWS::Partition}:s3:::*"
      condition = local.own_account
    },
    {
      sid       = "ReadObjectAcls"
      effect    = "Allow"
      actions   = module.hub.hub.watch_objects ? local.permissions.read_object_acl : []
      resource  = "arn:$${AWS::Partition}:s3:::*/*"
      condition = local.own_account
    },
    {
      sid       = "ReadAccessPoints"
      effect    = "Allow"
      actions   = local.permissions.read_access_points
      resource  = "arn:$${AWS::Partition}:s3:*:$${AWS::AccountId}:accesspoint/*"
      condition = {}
    },
    {
      sid       = "ReadAccount"
      effect    = "Allow"
      actions   = local.permissions.read_account
      resource  = "*"
      condition = {}
    },
    {
      sid       = "Contain"
      effect    = "Allow"
      actions   = local.may_write ? local.permissions.contain : []
      resource  = "arn:$${AWS::Partition}:s3:::*"
      condition = local.own_account
    },
    {
      sid       = "ContainAccount"
      effect    = "Allow"
      actions   = local.may_raise ? local.permissions.contain_account : []
      resource  = "*"
      condition = {}
    },
    {
      sid       = "NeverTouchData"
      effect    = "Deny"
      actions   = concat(local.permissions.never, local.may_raise ? [] : local.permissions.contain_account)
      resource  = "*"
      condition = {}
    },
  ]

  template = templatefile("${path.module}/member.yaml.tftpl", {
    hub          = module.hub.hub
    first_region = var.regions[0]
    statements   = [for statement in local.statements : statement if length(statement.actions) > 0]
    patterns = {
      for file in fileset("${path.module}/../../patterns", "*.json") :
      replace(title(replace(trimsuffix(file, ".json"), "-", " ")), " ", "") => jsonencode(jsondecode(file("${path.module}/../../patterns/${file}")))
      if module.hub.hub.watch_objects || !startswith(file, "object")
    }
  })
}

resource "aws_cloudformation_stack_set" "members" {
  name             = "${module.hub.hub.name}-members"
  description      = "Sends events to ${module.hub.hub.bus_arn}, and lets its function in"
  permission_model = "SERVICE_MANAGED"
  call_as          = var.call_as
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = local.template

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  operation_preferences {
    failure_tolerance_percentage = 10
    max_concurrent_percentage    = 25
    region_concurrency_type      = "PARALLEL"
  }

  lifecycle {
    # the provider fills it in for the accounts' own use, which service-managed stacks have not
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "members" {
  for_each = toset(var.regions)

  stack_set_name = aws_cloudformation_stack_set.members.name
  region         = each.value
  call_as        = var.call_as

  deployment_targets {
    organizational_unit_ids = var.unit_ids
  }
}

output "template" {
  description = "What is deployed in each account and Region."
  value       = local.template
}

output "exemption" {
  description = "For policies that deny what the function does."
  value       = module.hub.exemption
}
